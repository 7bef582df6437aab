from django.urls import path

from prep.diseno import views

urlpatterns = [
    path("", views.galeria, name="diseno"),
    path("telefono/", views.galeria, {"forma": "telefono"}, name="diseno-telefono"),
    path("puerta/", views.galeria, {"forma": "puerta"}, name="diseno-puerta"),
]
