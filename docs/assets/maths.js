// Formulas are set by MathJax, which the site carries, on pages that have any.
(() => {
  if (!document.querySelector(".arithmatex")) return;
  const here = document.currentScript.src;
  window.MathJax = {
    tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]] },
    options: { ignoreHtmlClass: ".*", processHtmlClass: "arithmatex" },
    chtml: { scale: 1.0 },
  };
  const script = document.createElement("script");
  script.src = new URL("mathjax/tex-chtml.js", here).href;
  document.head.append(script);
})();
