// "Today" and "Now" mean the day and the time of the chosen department, and the form names its time zone.
(() => {
  const field = document.querySelector("[data-zone-url]");
  const name = document.getElementById("zone");
  if (!field || !name) return;

  // Without an offset, Django's shortcuts use the browser's.
  const show = ({ offset, name: text }) => {
    document.body.dataset.adminUtcOffset = offset;
    name.textContent = text && `: ${text}`;
  };
  const UNKNOWN = { offset: "", name: "" };

  const update = async () => {
    const response = field.value && (await fetch(`${field.dataset.zoneUrl}?department=${field.value}`));
    show(response && response.ok ? await response.json() : UNKNOWN);
  };
  django.jQuery(field).on("change", update);
  if (!field.value) show(UNKNOWN);
})();
