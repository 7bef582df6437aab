// What the person sees and touches.

const $ = (id) => document.getElementById(id);
const MARCA = { bien: "✓", aviso: "!", mal: "✗", sin_comprobar: "?", no_recalculado: "·" };
const LEE = { bien: "Correcto", aviso: "Aviso", mal: "No coincide", sin_comprobar: "Sin comprobar", no_recalculado: "No se recalculó" };

function nodo(etiqueta, texto, clase) {
  const n = document.createElement(etiqueta);
  if (texto !== undefined) n.textContent = texto;
  if (clase) n.className = clase;
  return n;
}

// What the browser throws speaks its own language, and not to whoever reads.
const esNuestro = (e) => e instanceof NoCoincide || e instanceof NoDisponible;

let ocupado = false;
let detalle = null;

async function correr(obtener) {
  if (ocupado) return;
  ocupado = true;
  document.body.classList.add("ocupado");
  $("resultado").hidden = true;
  $("acta").hidden = true;
  $("avance").textContent = "Leyendo…";
  let informe;
  try {
    informe = await verificar(await obtener(), {
      politica: $("politica").value,
      imagenes: $("imagenes").checked,
      avisar: (t) => { $("avance").textContent = t; },
    });
  } catch (e) {
    informe = new Informe();
    anotarError(informe, "registro", esNuestro(e) ? e : new NoDisponible("no se pudo leer lo que se eligió"));
  }
  mostrar(informe);
  $("avance").textContent = "";
  document.body.classList.remove("ocupado");
  ocupado = false;
}

function mostrar(informe) {
  const [clase, titulo, frase] = veredicto(informe);
  $("resultado").className = clase;
  $("titulo").textContent = titulo;
  $("frase").textContent = frase;
  $("hallazgos").replaceChildren(...informe.hallazgos.map((h) => {
    const li = nodo("li", undefined, h.nivel);
    const marca = nodo("span", MARCA[h.nivel], "marca");
    marca.title = LEE[h.nivel];
    li.append(marca, nodo("span", `${LEE[h.nivel]}: `, "oculto"), nodo("b", `${h.asunto}: `), h.texto);
    return li;
  }));
  $("resultado").hidden = false;
  detalle = informe.detalle ?? null;
  $("llevar").hidden = !detalle || !(detalle.fuente instanceof Sitio);
  $("acta").hidden = !detalle || !detalle.actas.size;
  $("claves").replaceChildren();
  if (detalle) for (const k of [...detalle.actas.keys()].slice(0, 5000)) $("claves").append(Object.assign(nodo("option"), { value: k }));
  $("comprobante").replaceChildren();
  $("titulo").focus();
}

async function mostrarActa(clave) {
  const { actas, archivos, registro, ultimo, fuente } = detalle;
  const salida = $("comprobante");
  salida.replaceChildren();
  const a = actas.get(clave.trim().toUpperCase());
  if (!a) { salida.append(nodo("p", `El corte ${ultimo.corte} no trae ningún acta con la clave «${clave}».`, "mal")); return; }
  const { fila, eleccion } = a;
  salida.append(nodo("h3", `${eleccion.nombre}, acta ${fila.clave}`));
  const estado = { 1: "Contabilizada", 0: "No contabilizada" }[fila.cuenta] ?? "Aún no capturada en este corte";
  salida.append(nodo("p", `${estado}. ${vacia(fila.observaciones) ? "Sin observaciones." : `Observaciones: ${fila.observaciones}.`}`));
  const tabla = nodo("table");
  tabla.append(nodo("caption", "Lo que el corte dice que trae el acta"));
  const cuerpo = nodo("tbody");
  for (const [k, v] of Object.entries(fila.votos)) {
    const tr = nodo("tr");
    tr.append(Object.assign(nodo("th", k.replaceAll("_", " ")), { scope: "row" }), nodo("td", v === null ? "—" : String(v)));
    cuerpo.append(tr);
  }
  tabla.append(cuerpo);
  salida.append(tabla);
  const pasos = nodo("ol");
  const paso = (bien, texto) => { const li = nodo("li", undefined, bien ? "bien" : "mal"); li.append(nodo("span", bien ? "✓" : "✗", "marca"), texto); pasos.append(li); };
  if (fila.imagen) {
    const datos = await fuente.leer(rutaImagen(fila.imagen), 64 * 2 ** 20).catch(() => null);
    if (!datos) paso(false, `No se encontró su imagen, ${rutaImagen(fila.imagen)}.`);
    else {
      const propia = await huella(datos);
      paso(propia === fila.imagen, propia === fila.imagen ? `Su imagen tiene el código de integridad impreso en la base de datos: ${propia}.` : "Su imagen no es la que dice la base de datos.");
      const img = nodo("img");
      img.alt = `Imagen del acta ${fila.clave}`;
      img.src = URL.createObjectURL(new Blob([datos], { type: "image/jpeg" }));
      img.onerror = () => img.remove();
      salida.append(img);
    }
  }
  const entrada = ultimo.m.archivos.find((x) => x.ruta === a.paquete);
  const bd = await huella(archivos.get(a.paquete));
  paso(bd === entrada.sha256, `Está en la base de datos ${a.paquete}, con sha256 ${bd}, que nombra el manifiesto del corte ${ultimo.corte}.`);
  paso(true, `El manifiesto tiene sha256 ${ultimo.manifiesto}, que es lo que dice la hoja ${ultimo.posicion} del registro.`);
  const prueba = await pruebaDeInclusion(registro.niveles, ultimo.posicion, registro.hojas.length);
  const raiz = await raizPorInclusion(registro.niveles[0][ultimo.posicion], ultimo.posicion, registro.hojas.length, prueba);
  paso(iguales(raiz, registro.punto.raiz), `Esa hoja, con la prueba de ${prueba.length} ${prueba.length === 1 ? "hash" : "hashes"}, lleva a la raíz ${aHex(registro.punto.raiz)}, firmada por «${registro.punto.origen}».`);
  const firmantes = registro.punto.firmas.map((f) => f.llave.nombre + (f.hora === null ? "" : ` (${horaDe(f.hora)})`));
  paso(true, `Firman esa raíz: ${firmantes.join(", ")}.`);
  salida.append(nodo("h4", "Por qué se puede afirmar"), pasos);
}

for (const id of ["carpeta", "zip"]) {
  $(id).addEventListener("change", (e) => {
    const archivos = [...e.target.files];
    e.target.value = ""; // so that choosing the same one again, after it changed, is noticed
    if (archivos.length) correr(() => fuenteDe(archivos));
  });
}
$("sitio").addEventListener("submit", (e) => { e.preventDefault(); correr(async () => new Sitio($("direccion").value)); });
$("descargar").addEventListener("click", async () => {
  if (ocupado) return;
  ocupado = true;
  const avisar = (t) => { $("avance").textContent = t; };
  try {
    const { ultimo } = detalle;
    const zip = await escribirZip(await todoLoNecesario(detalle, avisar));
    const a = Object.assign(nodo("a"), { href: URL.createObjectURL(zip), download: `PREP_${ultimo.proceso}_corte_${ultimo.corte}_para_comprobar.zip` });
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 60000);
    avisar(`Listo: el zip del corte ${ultimo.corte} está en sus descargas.`);
  } catch (e) { avisar(`No se pudo reunir todo${esNuestro(e) ? `: ${enUnaLinea(e.message)}` : ""}`); }
  ocupado = false;
});
$("buscar").addEventListener("submit", (e) => { e.preventDefault(); mostrarActa($("clave").value); });
for (const evento of ["dragover", "dragenter"]) document.addEventListener(evento, (e) => { e.preventDefault(); $("zona").classList.add("encima"); });
document.addEventListener("dragleave", (e) => { if (!e.relatedTarget) $("zona").classList.remove("encima"); });
document.addEventListener("drop", (e) => {
  e.preventDefault();
  $("zona").classList.remove("encima");
  const entradas = Array.from(e.dataTransfer.items, (i) => i.webkitGetAsEntry?.()).filter(Boolean);
  const sueltos = e.dataTransfer.files;
  correr(async () => {
    if (entradas.length === 1 && entradas[0].isFile) return fuenteDe(sueltos);
    const mapa = new Map();
    for (const x of entradas) await recorrer(x, "", mapa);
    return new Archivos(mapa);
  });
});
const propia = new URLSearchParams(location.search).get("sitio") ?? (location.protocol.startsWith("http") ? new URL(".", location.href).href : "");
$("direccion").value = propia;
