// "Use my location": puts the position, rounded to about a mile, into the field that asks for a place, and searches.
(() => {
  const field = document.querySelector("input[data-location]");
  const words = document.getElementById("location-words");
  if (!field || !words || !navigator.geolocation) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = words.dataset.use;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  field.after(button, said);
  button.addEventListener("click", () => {
    said.textContent = words.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = coords.latitude.toFixed(2) + ", " + coords.longitude.toFixed(2);
        said.textContent = "";
        field.form.requestSubmit();
      },
      () => {
        said.textContent = words.dataset.failed;
      },
      { timeout: 10000, maximumAge: 600000 },
    );
  });
})();
