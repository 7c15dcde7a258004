// The page is complete without this. It adds the switch between light and dark, and remembers the choice.
(function () {
  "use strict";
  var root = document.documentElement;
  var chooser = document.querySelector(".theme");
  var buttons = chooser.querySelectorAll("button");

  function show(theme) {
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    buttons.forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
    });
  }

  // Pages opened from a file may have no storage; the switch works all the same.
  function remembered() {
    try { return localStorage.getItem("grade-theme"); } catch (error) { return null; }
  }

  function remember(theme) {
    try { localStorage.setItem("grade-theme", theme); } catch (error) { /* not remembered */ }
  }

  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      show(button.dataset.theme);
      remember(button.dataset.theme);
    });
  });
  var known = remembered();
  show(known === "light" || known === "dark" ? known : "auto");
  chooser.hidden = false;
})();
