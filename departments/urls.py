from django.urls import path, register_converter

from . import api, converters, views
from .claims import views as claims
from .corrections import views as corrections

register_converter(converters.StateConverter, "state")
register_converter(converters.LetterConverter, "letter")

urlpatterns = [
    path("", views.directory, name="directory"),
    path("suggest/", views.suggest, name="suggest"),
    path("a-to-z/<letter:letter>/", views.letter, name="letter"),
    path("<state:state>/", views.state, name="state"),
    path("<state:state>/a-to-z/<letter:letter>/", views.letter, name="letter"),
    path("<state:state>/county/<slug:county>/", views.county, name="county"),
    path("<state:state>/<slug:slug>/", views.profile, name="department"),
    path("<state:state>/<slug:slug>/claim/", claims.claim, name="claim"),
    path("<state:state>/<slug:slug>/correct/", corrections.correct, name="correct"),
    path("claims/confirm/<str:token>/", claims.confirm_claim, name="claim confirm"),
]

api_urlpatterns = [
    path("departments", api.department_list, name="api departments"),
    path("departments/<state:state>/<slug:slug>", api.department, name="api department"),
    path("places", api.place_list, name="api places"),
]
