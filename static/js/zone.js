// "Today" and "Now" mean the day and the time of the chosen department, and the form names its time zone.
{
  const field = document.querySelector("[data-zone-url]");
  const name = document.getElementById("zone");
  const show = (offset, text) => {
    document.body.dataset.adminUtcOffset = offset;
    name.textContent = text;
  };
  const update = async () => {
    const response = field.value && await fetch(`${field.dataset.zoneUrl}?department=${field.value}`);
    const zone = response && response.ok ? await response.json() : null;
    zone ? show(zone.offset, `: ${zone.name}`) : show("", "");  // without an offset, Django's shortcuts use the browser's
  };
  if (field && name) {
    django.jQuery(field).on("change", update);
    if (!field.value) show("", "");
  }
}
