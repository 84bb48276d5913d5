// Says on the page that a passkey was not used: the person canceled, or the browser knows none. allauth only logs it.
document.addEventListener("allauth.error", () => {
  document.getElementById("passkey-error").hidden = false;
});
