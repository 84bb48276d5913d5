// "Use my location": fills the place field with the location, rounded to about a mile, and searches.
document.querySelectorAll("input[data-location]").forEach((field) => {
  const words = document.getElementById("location-words");
  if (!words || !navigator.geolocation) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = words.dataset.use;
  const message = document.createElement("span");
  message.setAttribute("role", "status");
  field.after(button, message);
  button.addEventListener("click", () => {
    message.textContent = words.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = coords.latitude.toFixed(2) + ", " + coords.longitude.toFixed(2);
        message.textContent = "";
        field.form.requestSubmit();
      },
      () => {
        message.textContent = words.dataset.failed;
      },
      { timeout: 10000, maximumAge: 600000 },
    );
  });
});
