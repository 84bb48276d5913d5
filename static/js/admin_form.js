// Moves the focus in a form of the admin: to the first field with an error, or else to the first field. Opens the folded
// section that a link leads into. Saves with Ctrl+S.
(() => {
  const CONTROL = "input:not([type=hidden]), select, textarea, [tabindex]";

  // Focus a field, or the first field of a row or a group of rows.
  const go = (target, options) => {
    const folds = [target.querySelector(":scope > details, :scope > fieldset > details")];
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) folds.push(fold);
    for (const fold of folds) if (fold) fold.open = true;
    const inside = [...target.querySelectorAll(`.form-row :is(${CONTROL})`)].find((each) => each.checkVisibility());
    (target.matches(CONTROL) ? target : inside || target.querySelector("summary"))?.focus(options);
    if (!options) target.scrollIntoView({ block: "center" });
  };
  const find = (hash) => hash && document.getElementById(decodeURIComponent(hash.slice(1)));

  document.addEventListener("click", (event) => {
    const target = find(event.target.closest(".error-links a")?.hash);
    if (!target) return;
    event.preventDefault();
    go(target);
  });

  const start = () => {
    nameBoxes();
    const target = find(location.hash) || find(document.querySelector(".error-links a")?.hash);
    if (target) return go(target);
    const form = document.querySelector(".change-form [name=_save]")?.form; // no page that only shows something
    const first = [...(form?.elements || [])].find(
      (element) => element.matches("input, select, textarea") && element.type !== "submit" && element.checkVisibility(),
    );
    if (first) go(first, { preventScroll: true });
  };

  document.addEventListener("keydown", (event) => {
    const button = document.querySelector(".change-form [name=_save]");
    if (!button || event.key !== "s" || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    document.activeElement?.blur(); // so that what was typed last counts
    button.click();
  });

  // Django's boxes for long lists of choices have no names of their own.
  const nameBoxes = () => {
    for (const box of document.querySelectorAll("select.admin-autocomplete")) {
      const label = box.labels[0]?.textContent.replace(/:\s*$/, "");
      const parts = box.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox], [type=search]") || [];
      if (label) for (const part of parts) part.setAttribute("aria-label", label);
    }
  };
  document.addEventListener("formset:added", () => setTimeout(nameBoxes));

  django.jQuery(start); // after Django's own scripts, which wait in the same way
})();
