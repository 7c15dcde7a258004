// The page is complete without this. It adds the list of keys, and a switch for those that are one letter or sign.
(function () {
  "use strict";
  var help = document.querySelector("dialog.help");
  var acting = help.querySelector("input");

  // Pages opened from a file may have no storage; the switch works all the same.
  try { acting.checked = localStorage.getItem("grade-keys") !== "off"; } catch (error) { /* not remembered */ }
  acting.addEventListener("change", function () {
    try { localStorage.setItem("grade-keys", acting.checked ? "on" : "off"); } catch (error) { /* not remembered */ }
  });

  function show() { help.showModal(); }

  // Whoever speaks to a computer types letters without meaning a key: so each of these can be switched off (WCAG 2.1.4).
  window.onSingleKey = function (key, act) {
    document.addEventListener("keydown", function (event) {
      if (event.key !== key || !acting.checked || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
      if (event.target.matches("select, textarea, input:not([type=radio])")) return;
      event.preventDefault();
      act();
    });
  };
  window.onSingleKey("?", show);

  var button = document.querySelector("button.keys");
  button.addEventListener("click", show);
  button.hidden = false;
  help.querySelector(".close").addEventListener("click", function () { help.close(); });
})();
