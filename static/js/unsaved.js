// Warns before somebody leaves a form of the admin that has changes.
(() => {
  const form = document.querySelector("#content-main > form");
  if (!form?.querySelector("[name=_save]")) return;
  // A form that came back with errors, or with what was typed before signing in, is not saved.
  const isReturned = Boolean(document.querySelector("#content-main .errornote"));
  let before, isSent;

  // Blank fields don't count, so adding an empty row is no change.
  const values = () =>
    JSON.stringify(
      [...new FormData(form)]
        .map(([name, value]) => [name, value instanceof File ? value.name : value])
        .filter(([name, value]) => value && !name.endsWith("-TOTAL_FORMS")),
    );

  addEventListener("pageshow", () => {
    before = values();
    isSent = false;
  });
  form.addEventListener("submit", () => {
    isSent = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSent && (isReturned || values() !== before)) event.preventDefault();
  });
})();
