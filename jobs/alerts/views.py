"""Alerts, as their owners see them: signing up, and the pages that the links in e-mails lead to.

Those links are secrets. Whoever has one may do what it is for, by a button: nothing changes on GET.
"""

from functools import wraps

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from policeapp.limits import client_of, searching, too_many

from . import outbox
from .forms import MAILS, SIGN_UPS, AlertForm, AlertSearchForm
from .models import Alert, Subscriber
from .tokens import make_token, read_token

show_and_send = require_http_methods(["GET", "HEAD", "POST"])

# The buttons beside an alert.
VERBS = {
    "confirm": Alert.confirm,
    "pause": Alert.pause,
    "resume": Alert.resume,
    "daily": lambda alert: alert.change_frequency(Alert.Frequency.DAILY),
    "weekly": lambda alert: alert.change_frequency(Alert.Frequency.WEEKLY),
    "delete": Alert.forget,
}


def secret(view):
    """A page whose address proves who asks: nobody keeps it, and no link on it gives the address away.

    It needs no cookie against forged forms, since who could forge one would have to know its address.
    """

    @csrf_exempt
    @never_cache
    @show_and_send
    @wraps(view)
    def shown(request, token):
        response = view(request, token)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return shown


@never_cache
@show_and_send
@searching
def new(request):
    """The form for an alert of what the query string asks for. All who send it get the same answer, whether their
    address is known or not, confirmed, or refused by its mail server."""
    search = AlertSearchForm(request.GET)
    alert = search.alert()
    form = AlertForm(request.POST or None)
    context = {"search": search, "alert": alert, "form": form}
    if alert and form.is_valid():
        if not SIGN_UPS.take(client_of(request)):
            return too_many(request, SIGN_UPS.wait, "jobs/alert_new.html", context | {"limited": True})
        if not form.is_trapped and (message := form.save(alert)):
            outbox.deliver(message)
        return render(request, "jobs/alert_sent.html", context | {"most": MAILS.most})
    return render(request, "jobs/alert_new.html", context)


@secret
def confirm(request, token):
    """The button that starts an alert."""
    alert = _alert("confirm", token)
    if alert is None:
        return _no_such_link(request)
    if request.method == "POST":
        alert.confirm()
    return render(request, "jobs/alert_confirm.html", {"alert": alert, "manage_url": _manage_url(alert)})


@secret
def renew(request, token):
    """The button that keeps an alert for another year."""
    alert = _alert("renew", token)
    if alert is None:
        return _no_such_link(request)
    renewed = request.method == "POST"
    if renewed:
        alert.renew()
    context = {"alert": alert, "renewed": renewed, "manage_url": _manage_url(alert)}
    return render(request, "jobs/alert_renew.html", context)


@secret
def unsubscribe(request, token):
    """The button that ends an alert; mail programs press it by RFC 8058's POST. An alert that is gone has ended."""
    if read_token("unsubscribe", token) is None:
        return _no_such_link(request)
    alert = _alert("unsubscribe", token)
    if alert and request.method == "POST":
        alert.forget()
        alert = None
    return render(request, "jobs/alert_unsubscribe.html", {"alert": alert})


@secret
def manage(request, token):
    """All alerts of a subscriber, each with its buttons, and the one that deletes everything."""
    subscriber = Subscriber.objects.filter(key=read_token("manage", token)).first()
    if subscriber is None:
        return _no_such_link(request)
    alerts = {alert.key: alert for alert in subscriber.alerts.select_related("department").order_by("pk")}
    do, alert, done = request.POST.get("do"), alerts.get(request.POST.get("alert")), ""
    if do == "forget":
        subscriber.forget()
        alerts, done = {}, do
    elif do == "accept":
        subscriber.accept()
        done = do
    elif do in VERBS and alert:
        VERBS[do](alert)
        done = do
    context = {"subscriber": subscriber, "alerts": [alert for alert in alerts.values() if alert.pk], "done": done}
    return render(request, "jobs/alert_manage.html", context)


def _alert(purpose, token):
    """The alert of the token, or None."""
    alerts = Alert.objects.select_related("subscriber", "department")
    return alerts.filter(key=read_token(purpose, token)).first()


def _manage_url(alert):
    return reverse("alert manage", args=[make_token("manage", alert.subscriber.key)])


def _no_such_link(request):
    """For a token that is forged, altered, too old, for another purpose, or of what is gone: nobody learns which."""
    return render(request, "jobs/alert_no_such_link.html", status=404)
