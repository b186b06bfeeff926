"""Pickles name modules: those of versions before load as they did, wherever what they name is now."""

import base64
import pickle
import zlib

import pytest

import fastgrad as fg

# pickle.dumps, with protocol 2, of what the tests below find, by the version whose modules were fastgrad._exchange,
# fastgrad._dtype and fastgrad.nn.norm.
OLD = (
    "c-n1J+foxj5M7plVNe9TA}ZoFc!}H$-hg;T4I+*_><cwD*`3X7ne685ZVIs~RrnAp{*5pGfP9MnfNwrJvq>-%PSx!6_US%zx_fraI*g2!G7O_ExQ"
    "ia!<xyM;xszq$lP$Sl5`=}KSo6vbftl&TW8p_ZNH$srdTnM0j<6#ld~Fb<tVyG@_P#B*t$gc9x6k1``mBC^KaV|s2K~D@LXqye$BDPAg1F^?$GLf"
    "efr42ucR`vl1}TnOX_Z?{(3u>LNi!pRWh!CZ+gVl{LsD@brx-rO*-0Z9DVPn6evNU0;-uB5DTAOK;Z%puRIVNar#06ZinE8gR6HXX(?sVK(KyBVL"
    "`4EexUh+fng3TcH%l-f$K;5x22?_ohrA+U5#o~UZn*Df_aU;rZ(&l&OSM{?$7L<>3dL19QRr#ln(ESZiW^CQAA}VgB-Adl%C|+hrY%fOeZkE-Ze^"
    "0T#v%87&oAM2(;8I&Z2$fUcWlP=t58E@j5wYh6J+bSn@Nh^5?)EhnAYvn`beVhhZ>0fU`DH)rI=GHRlnwy%6k;KL}k(A5f(a$Y2)9*eVz7z;$bW8"
    "kxF|^u~=(hiDEg4RhnE^>&r`}=1BujDV|y58u0_4RTbn#>gC3rKo*G@&kq!%JOnQ`@v?yxidQY(O5oJWYL2fp@0$h+6sy*dM%*CW;-SN25PXdAwv"
    "IJxwA)_|MH_op$GSD#o&+y@pM}FB$*ThIbv@MTRhXzo_^`6{>(BS*Px(8c5@k_QlDE7_Fz&jZFR;;+(=sO)<YKK@%l-wcmM4("
)


@pytest.fixture(scope="module")
def old():
    return pickle.loads(zlib.decompress(base64.b85decode(OLD)))


def test_tensors_of_an_old_pickle(old):
    assert type(old["leaf"]) is fg.Tensor
    assert (old["leaf"].dtype, old["leaf"].requires_grad) == (fg.float64, True)
    assert old["leaf"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert (old["bfloat16"].dtype, old["bfloat16"].tolist()) == (fg.bfloat16, [1.5, -2.0])
    assert (old["bools"].dtype, old["bools"].tolist()) == (fg.bool_, [True, False])


def test_dtypes_of_an_old_pickle_are_the_ones_there_are(old):
    found, now = old["dtypes"], [fg.float32, fg.bool_, fg.bfloat16]
    assert all(a is b for a, b in zip(found, now, strict=True))


def test_parameters_and_layers_of_an_old_pickle(old):
    assert type(old["parameter"]) is fg.nn.Parameter
    assert type(old["norm"]) is fg.nn.LayerNorm
    assert old["norm"](fg.tensor([[1.0, 3.0]])).tolist() == fg.nn.LayerNorm(2)(fg.tensor([[1.0, 3.0]])).tolist()


def test_a_pickle_names_public_modules_for_types():
    text = pickle.dumps([fg.ones(1), fg.float32], 2)
    assert b"cfastgrad\nTensor\n" in text
    assert b"cfastgrad\nfloat32\n" in text
