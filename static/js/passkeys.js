// Says on the page that a passkey was not used: the person canceled, or the browser knows none.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // or it is also logged as an error
  document.getElementById("passkey-error").hidden = false;
});
