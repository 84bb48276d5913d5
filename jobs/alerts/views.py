"""The pages of alerts: the sign-up form, and the pages that links in emails open.

The links are secret. Anyone who has one may use its page, which always needs a button press: GET changes nothing.
"""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from policeapp.operations.rate_limits import client_ip, too_many_requests
from policeapp.web.secret_links import require_get_or_post, secret_link

from .forms import EMAILS_PER_ADDRESS, SIGN_UPS_PER_CLIENT, AlertForm, AlertSearchForm
from .models import Alert, Subscriber
from .tokens import make_token, read_token

# The buttons of an alert on the page that manages alerts.
ACTIONS = {
    "confirm": Alert.confirm,
    "pause": Alert.pause,
    "resume": Alert.resume,
    "daily": lambda alert: alert.change_frequency(Alert.Frequency.DAILY),
    "weekly": lambda alert: alert.change_frequency(Alert.Frequency.WEEKLY),
    "delete": Alert.unsubscribe,
}


@never_cache
@require_get_or_post
def new(request):
    """Sign up for an alert with the filters in the query string.

    The answer is always the same, so it does not reveal whether the address is new, known, confirmed or refused. The
    mail worker sends the email, so nobody waits for the mail server here.
    """
    search = AlertSearchForm(request.GET)
    alert = search.build_alert()
    form = AlertForm(request.POST or None)
    context = {"search": search, "alert": alert, "form": form}
    if alert and form.is_valid():
        if not SIGN_UPS_PER_CLIENT.hit(client_ip(request)):
            context["limited"] = True
            return too_many_requests(request, SIGN_UPS_PER_CLIENT.wait, "jobs/alert_new.html", context)
        if not form.is_spam:
            form.save(alert)
        return render(request, "jobs/alert_sent.html", context | {"daily_limit": EMAILS_PER_ADDRESS.most})
    return render(request, "jobs/alert_new.html", context)


@secret_link
def confirm(request, token):
    """Start an alert."""
    alert = _find_alert("confirm", token)
    if alert is None:
        return _invalid_link(request)
    if request.method == "POST":
        alert.confirm()
    return render(request, "jobs/alert_confirm.html", {"alert": alert, "manage_url": _manage_url(alert)})


@secret_link
def renew(request, token):
    """Keep an alert for another year."""
    alert = _find_alert("renew", token)
    if alert is None:
        return _invalid_link(request)
    renewed = request.method == "POST"
    if renewed:
        alert.renew()
    context = {"alert": alert, "renewed": renewed, "manage_url": _manage_url(alert)}
    return render(request, "jobs/alert_renew.html", context)


@secret_link
def unsubscribe(request, token):
    """Delete an alert. Mail programs send the same POST (RFC 8058). A valid token without an alert counts as done."""
    if read_token("unsubscribe", token) is None:
        return _invalid_link(request)
    alert = _find_alert("unsubscribe", token)
    if alert and request.method == "POST":
        alert.unsubscribe()
        alert = None
    return render(request, "jobs/alert_unsubscribe.html", {"alert": alert})


@secret_link
def manage(request, token):
    """List a subscriber's alerts with a form for each, and a button that deletes everything."""
    subscriber = Subscriber.objects.filter(key=read_token("manage", token)).first()
    if subscriber is None:
        return _invalid_link(request)
    alerts = {alert.key: alert for alert in subscriber.alerts.select_related("department").order_by("pk")}
    action, alert, done = request.POST.get("do"), alerts.get(request.POST.get("alert")), ""
    if action == "forget":
        subscriber.erase()
        alerts, done = {}, action
    elif action == "accept":
        subscriber.clear_refusal()
        done = action
    elif action in ACTIONS and alert:
        ACTIONS[action](alert)
        done = action
    context = {"subscriber": subscriber, "alerts": [alert for alert in alerts.values() if alert.pk], "done": done}
    return render(request, "jobs/alert_manage.html", context)


def _find_alert(purpose, token):
    """Return the token's alert, or None."""
    alerts = Alert.objects.select_related("subscriber", "department")
    return alerts.filter(key=read_token(purpose, token)).first()


def _manage_url(alert):
    return reverse("alert manage", args=[make_token("manage", alert.subscriber.key)])


def _invalid_link(request):
    """Return the same 404 page for every invalid or expired token and for deleted rows, so that it reveals nothing."""
    return render(request, "jobs/alert_no_such_link.html", status=404)
