// The whole check, in the same order and with the same words as `prep verificar`.

const MAXIMO_HOJA = 1023;
const MAXIMO_ENTRADAS = 256 * (MAXIMO_HOJA + 2);
const rutaNumero = (n) => {
  const partes = [String(n % 1000).padStart(3, "0")];
  for (n = Math.floor(n / 1000); n; n = Math.floor(n / 1000)) partes.unshift(`x${String(n % 1000).padStart(3, "0")}`);
  return partes.join("/");
};
const parcial = (w) => (w < 256 ? `.p/${w}` : "");
const rutaPunto = (n) => `puntos/${String(n).padStart(6, "0")}`;
const rutaImagen = (h) => `imagenes/${h.slice(0, 2)}/${h}.jpg`;
const horaLegible = (h) => `${h.slice(8, 10)}/${h.slice(5, 7)}/${h.slice(0, 4)} ${h.slice(11, 16)} (UTC${h.slice(19)})`;
const horaDe = (s) => new Date(s * 1000).toLocaleString("es-MX", { dateStyle: "long", timeStyle: "medium" });

class Informe {
  constructor(avisar = () => {}) { this.hallazgos = []; this.callados = {}; this.corte = null; this.avisar = avisar; }

  anotar(nivel, asunto, texto) {
    asunto = enUnaLinea(asunto);
    texto = enUnaLinea(texto);
    if (nivel !== "bien" && this.hallazgos.filter((h) => h.nivel === nivel && h.asunto === asunto).length >= 20) this.callados[nivel] = (this.callados[nivel] ?? 0) + 1;
    else this.hallazgos.push({ nivel, asunto, texto });
    this.avisar(texto);
  }

  get noRecalculado() { return [...new Set(this.hallazgos.filter((h) => h.nivel === "no_recalculado").map((h) => h.asunto))]; }

  hay(nivel) { return this.hallazgos.filter((h) => h.nivel === nivel).length + (this.callados[nivel] ?? 0); }

  // Findings that say that something is wrong or could not be looked at: while they do not grow, all was right.
  get tropiezos() { return this.hay("mal") + this.hay("sin_comprobar"); }

  get codigo() {
    if (this.hay("mal")) return 1;
    return this.hay("sin_comprobar") || !this.corte ? 2 : 0;
  }
}

async function leerPieza(fuente, nombre, ancho) {
  for (const w of new Set([ancho, 256])) {
    const datos = await fuente.leer(nombre(w), MAXIMO_ENTRADAS);
    if (datos) return [datos, w];
  }
  throw new NoDisponible(`falta ${nombre(ancho)} del registro`);
}

function desempacar(datos, cuantas) {
  const hojas = [];
  for (let i = 0; i < datos.length;) {
    const n = datos[i] * 256 + datos[i + 1];
    if (!(i + 2 + n <= datos.length) || n > MAXIMO_HOJA || hojas.length >= cuantas) throw new NoCoincide("un paquete de hojas está truncado");
    hojas.push(datos.slice(i + 2, i + 2 + n));
    i += 2 + n;
  }
  if (hojas.length !== cuantas) throw new NoCoincide("un paquete de hojas no trae las que debe");
  return hojas;
}

async function leerHojas(fuente, tamano) {
  if (tamano > 1e5) throw new NoCoincide("el registro dice tener demasiadas hojas");
  const hojas = [];
  for (let n = 0; n * 256 < tamano; n++) {
    const ancho = Math.min(256, tamano - n * 256);
    const [datos, w] = await leerPieza(fuente, (x) => `tile/entries/${rutaNumero(n)}${parcial(x)}`, ancho);
    hojas.push(...desempacar(datos, w).slice(0, ancho));
  }
  return hojas;
}

// Rotations believed when the old key, not revoked before, signed the checkpoint that announces them; revoked keys do not count.
async function abrirRegistro(fuente, politica) {
  const datos = await fuente.leer("checkpoint", MAXIMO_PUNTO);
  if (!datos) throw new NoDisponible("no hay «checkpoint»: no es una publicación o está vacía");
  const nota = leerNota(datos);
  const dicho = leerPunto(nota.texto);
  // The signature comes first: under a head that nobody known signs, only the few leaves that could tell why are read.
  const propias = politica.registros.filter((ll) => ll.nombre === dicho.origen);
  const delegacion = propias.length ? null : await fuente.leer("delegacion.tlog-proof", 2e5);
  if (!propias.length && deTexto("c2sp.org/tlog-proof").every((b, i) => b === delegacion?.[i])) throw new NoDisponible(`es el corte parcial de un nodo, «${dicho.origen}»: esta página no comprueba si el instituto se lo delegó; prep verificar, sí`);
  if (!propias.length) throw new NoCoincide(`ninguna llave conocida firma este registro, «${dicho.origen}»`);
  if (nota.firmas.some((f) => propias.some((ll) => ll.nombre === f.nombre && ll.id === f.id))) await abrirPunto(datos, propias, [...politica.testigos.values()]);
  const hojas = await leerHojas(fuente, dicho.tamano);
  const hashes = await Promise.all(hojas.map(hashDeHoja));
  const confiables = [...politica.registros];
  const siempre = [...politica.registros];
  const fuera = new Set();
  const viva = (ll) => !fuera.has(aHex(ll.publica));
  for (let i = 0; i < hojas.length; i++) {
    let h;
    try { h = leerHoja(hojas[i]); } catch { continue; }
    if (h.tipo !== "llaves") continue;
    const nueva = await leerLlave(h.llave);
    if (h.accion === "rotacion") siempre.push(nueva, ...(h.anterior ? [await leerLlave(h.anterior)] : []));
    if (h.accion === "revocacion") fuera.add(aHex(nueva.publica));
    const vieja = confiables.find((ll) => ll.vkey === h.anterior && viva(ll));
    if (h.accion === "rotacion" && nueva.tipo === FIRMA && viva(nueva) && vieja) {
      const p = await fuente.leer(rutaPunto(i + 1), MAXIMO_PUNTO);
      if (!p) throw new NoDisponible(`falta ${rutaPunto(i + 1)}, que demuestra el cambio de llave`);
      const abierto = await abrirPunto(p, [vieja]);
      if (abierto.tamano !== i + 1 || !iguales(abierto.raiz, await raizDe(hashes.slice(0, i + 1)))) throw new NoCoincide("el cambio de llave no es de esta historia");
      confiables.push(nueva);
    }
  }
  const punto = await abrirPunto(datos, confiables.filter(viva), [...politica.testigos.values()].filter(viva));
  const niveles = await construirArbol(hashes);
  if (!iguales(await resumen(niveles, 0, hojas.length), punto.raiz)) throw new NoCoincide("las hojas publicadas no dan la raíz que el registro firmó");
  return { punto, hojas, niveles, siempre };
}

async function revisarTeselas(fuente, r, politica, informe) {
  const antes = informe.tropiezos;
  const comparar = (nivel, n, datos, ruta) => {
    for (let i = 0; i * 32 < datos.length; i++) {
      const indice = n * 256 + i;
      if ((indice + 1) * 256 ** nivel > r.hojas.length) return;
      if (!iguales(datos.slice(i * 32, i * 32 + 32), r.niveles[8 * nivel][indice])) { informe.anotar("mal", "registro", `${ruta} no corresponde al árbol firmado`); return; }
    }
  };
  for (let nivel = 0; Math.floor(r.hojas.length / 256 ** nivel); nivel++) {
    const hay = Math.floor(r.hojas.length / 256 ** nivel);
    for (let n = 0; n * 256 < hay; n++) {
      const ruta = (w) => `tile/${nivel}/${rutaNumero(n)}${parcial(w)}`;
      const [datos, w] = await leerPieza(fuente, ruta, Math.min(256, hay - n * 256));
      if (datos.length !== 32 * w) informe.anotar("mal", "registro", `${ruta(w)} no mide lo que debe`);
      else comparar(nivel, n, datos, ruta(w));
    }
  }
  for (const ruta of [...(fuente.rutas("tile") ?? []), ...(fuente.rutas("puntos") ?? [])]) {
    try {
      const datos = await fuente.leer(ruta, ruta.startsWith("puntos/") ? MAXIMO_PUNTO : MAXIMO_ENTRADAS);
      if (ruta.startsWith("puntos/")) {
        const p = await abrirPunto(datos, r.siempre, [...politica.testigos.values()]);
        if (ruta !== rutaPunto(p.tamano) || (p.tamano <= r.hojas.length && !iguales(await resumen(r.niveles, 0, p.tamano), p.raiz))) throw new NoCoincide(`${ruta} es de otra historia`);
        continue;
      }
      const m = /^tile\/(entries|\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(ruta);
      if (!m) throw new NoCoincide(`${ruta} no es un archivo del registro`);
      const ancho = m[3] ? Number(m[3]) : 256;
      const n = Number(m[2].replace(/[x/]/g, ""));
      const nivel = m[1] === "entries" ? 0 : Number(m[1]);
      if (ruta !== `tile/${m[1]}/${rutaNumero(n)}${parcial(ancho)}` || nivel > 7 || (n * 256 + ancho) * 256 ** nivel > r.hojas.length + 1) throw new NoCoincide(`sobra ${ruta}: el registro no tiene esas hojas`);
      if (m[1] === "entries") {
        const firmadas = r.hojas.slice(n * 256, n * 256 + ancho);
        if (!desempacar(datos, ancho).slice(0, firmadas.length).every((h, i) => iguales(h, firmadas[i]))) throw new NoCoincide(`${ruta} no trae las hojas firmadas`);
      } else if (datos.length !== 32 * ancho) throw new NoCoincide(`${ruta} no mide lo que debe`);
      else comparar(nivel, n, datos, ruta);
    } catch (e) { anotarError(informe, "registro", e); }
  }
  if (informe.tropiezos === antes) informe.anotar("bien", "registro", "los archivos del registro son los de su árbol");
}

function anotarError(informe, asunto, e, antes = "") {
  if (e instanceof NoDisponible) informe.anotar("sin_comprobar", asunto, antes + e.message);
  else if (e instanceof NoCoincide) informe.anotar("mal", asunto, antes + e.message);
  else informe.anotar("mal", asunto, `${antes}un archivo no tiene la forma que debe`);
}

function leerManifiesto(datos) {
  const m = leerCanonico(datos, "el manifiesto");
  const cuentas = (c) => esObjeto(c) && Object.values(c).every((x) => esObjeto(x) && Object.keys(x).sort().join() === "capturadas,contabilizadas,esperadas" && Object.values(x).every(esNatural));
  const reglas = {
    formato: (v) => v === "prep/corte/1", proceso: (v) => typeof v === "string" && /^[A-Za-z0-9._-]{1,60}$/.test(v), corte: esNatural, hora: esHora, modo: unoDe(...MODOS),
    cierre: (v) => typeof v === "boolean", anterior: oNada(esSha256), archivos: (v) => Array.isArray(v) && v.length <= 1e5, imagenes: (v) => esSha256(v?.raiz) && esNatural(v.total),
    bitacora: (v) => esObjeto(v) && Object.keys(v).sort().join() === "posicion,raiz" && esNatural(v.posicion) && esSha256(v.raiz), catalogo: esSha256, software: (v) => typeof v === "string", cuentas,
  };
  for (const [k, bien] of Object.entries(reglas)) if (!bien(m[k])) throw new NoCoincide(`manifiesto: el campo «${k}» falta o no es válido`);
  for (const k of Object.keys(m)) if (!(k in reglas)) throw new NoCoincide(`manifiesto: sobra el campo «${k.slice(0, 40)}»`);
  revisarLista(m.archivos);
  return m;
}

function revisarLista(lista) {
  let total = 0;
  const vistas = new Set();
  for (const a of lista) {
    rutaSegura(a?.ruta);
    if (a.ruta === "corte.json" || vistas.has(a.ruta) || !esSha256(a.sha256) || !esNatural(a.bytes) || a.bytes > MAXIMO) throw new NoCoincide(`el manifiesto no puede decir eso de ${a.ruta}`);
    vistas.add(a.ruta);
    total += a.bytes;
  }
  if (total > 4 * 2 ** 30) throw new NoCoincide("el manifiesto dice sumar más de 4 GiB; no se lee");
}

async function revisarArchivos(fuente, ruta, m, informe, guardar) {
  const leidos = new Map();
  const antes = informe.tropiezos;
  const asunto = `archivos del corte ${m.corte}`;
  for (const a of m.archivos) {
    try {
      const datos = await fuente.leer(`${ruta}/${a.ruta}`, a.bytes);
      if (!datos) throw new NoCoincide(`falta ${ruta}/${a.ruta}`);
      if (datos.length !== a.bytes || (await huella(datos)) !== a.sha256) throw new NoCoincide(`${ruta}/${a.ruta} fue alterado`);
      if (guardar) leidos.set(a.ruta, datos);
    } catch (e) { anotarError(informe, asunto, e); }
  }
  const listados = new Set(["corte.json", ...m.archivos.map((a) => a.ruta)]);
  for (const r of fuente.rutas(ruta) ?? []) if (!listados.has(r.slice(ruta.length + 1))) informe.anotar("mal", asunto, `sobra ${r}: no está en el manifiesto`);
  if (informe.tropiezos === antes) informe.anotar("bien", asunto, `${m.archivos.length} archivos con el tamaño y el sha256 del manifiesto`);
  return leidos;
}

// Whether a file of a corte is one of its documents or tables; the rest are pages and exports drawn from them.
const esDocumento = (ruta) => /^(proceso|avance|secciones|mapa|cabecera|sitio)\.json$|^bd\/|\/demarcacion\/.*\.json$|\/(resumen|especiales|municipios)\.json$/.test(ruta);

// Computes everything again from the actas and names what was not. Null when it could not be done.
async function revisarCifras(archivos, m, contexto, informe) {
  const leidos = new Map();
  const json = (r) => {
    if (!archivos.has(r)) throw new NoCoincide(`el corte no trae ${r} o no es el auténtico`);
    if (!leidos.has(r)) leidos.set(r, leerJson(archivos.get(r), r));
    return leidos.get(r);
  };
  const imagenes = new Set();
  const ofrecidas = new Set();
  const actas = new Map();
  const bases = new Map();
  const calculos = new Map();
  const mal = (d) => informe.anotar("mal", "cifras", d);
  const pocas = (lista) => { let n = 0; for (const d of lista) if (n++ < 40) mal(d); else break; };
  const falta = m.archivos.find((a) => esDocumento(a.ruta) && !archivos.has(a.ruta));
  if (falta) { informe.anotar("sin_comprobar", "cifras", `sin ${falta.ruta}, tal como se firmó, no se pueden volver a calcular`); return null; }
  try {
    const antes = informe.tropiezos;
    const proceso = json("proceso.json");
    if (proceso.clave !== m.proceso) mal(`proceso.json es de «${proceso.clave}» y no de «${m.proceso}»`);
    const abr = proceso.entidad.abreviatura;
    const sello = `${m.hora.slice(0, 10).replaceAll("-", "")}_${m.hora.slice(11, 16).replace(":", "")}_PREP`;
    const ruta = `bd/${sello}_${abr}.zip`;
    const zips = [...archivos.keys()].filter((r) => r.startsWith("bd/") && r.endsWith(".zip"));
    if (zips.join() !== ruta) throw new NoCoincide(`el corte debe traer la base de datos ${ruta} y trae ${zips.join(", ") || "ninguna"}`);
    const paquetes = await paquetesDe(archivos.get(ruta), abr);
    const claves = proceso.elecciones.map((e) => e.clave);
    if ([...paquetes.keys()].sort().join() !== [...claves].sort().join()) throw new NoCoincide(`la base de datos trae ${[...paquetes.keys()].sort().join(", ")} y el proceso ${[...claves].sort().join(", ")}`);
    for (const [k, p] of paquetes) if (p.nombre !== `${sello}_${k}_${abr}.zip` || p.otros.some((x) => x !== "LEEME.txt")) throw new NoCoincide(`la base de datos trae ${p.nombre} con otro nombre o con archivos de más`);
    const cuentas = sinNada();
    for (const e of proceso.elecciones) {
      const base = leerBase(paquetes.get(e.clave).resultados, e, proceso);
      const calculo = calcular(base, e);
      calculos.set(e.clave, calculo);
      bases.set(e.clave, base);
      base.defectos.forEach((d) => mal(`${e.clave}: ${d}`));
      const detalles = new Map(e.demarcaciones.map((d) => [d.id, json(`${e.clave}/demarcacion/${d.id}.json`)]));
      pocas(compararActas(proceso, e, base, detalles, ofrecidas));
      pocas(documentosDe(proceso, e, base, calculo, detalles, paquetes.get(e.clave), m, json, archivos));
      const c = calculo.entidad.c;
      cuentas[e.clave] = { esperadas: c.esperadas, capturadas: c.capturadas, contabilizadas: c.contabilizadas };
      for (const f of base.filas) {
        if (f.imagen) imagenes.add(f.imagen);
        if (f.cuenta !== "2") actas.set(f.clave, { fila: f, eleccion: e, paquete: ruta });
      }
    }
    pocas(diferencias("corte.json, cuentas", m.cuentas, cuentas));
    const distintas = archivos.has("secciones.json") ? [...seccionesDistintas(proceso, json("secciones.json"), bases)] : [];
    pocas(distintas);
    if (!distintas.length) for (const e of proceso.elecciones) {
      const suyo = `${e.clave}/municipios.json`;
      if (archivos.has(suyo)) pocas(diferencias(suyo, json(suyo), municipiosDe(proceso, json("secciones.json"), e, calculos.get(e.clave), m.cierre)));
    }
    if (archivos.has("cabecera.json")) pocas(diferencias("cabecera.json", json("cabecera.json"), cabeceraDe(m)));
    if (archivos.has("avance.json")) {
      const esta = { m, resumenes: Object.fromEntries(claves.map((k) => [k, json(`${k}/resumen.json`)])) };
      pocas(avanceDistinto(json("avance.json"), [...contexto.anteriores, esta], contexto.avancePrevio, claves));
    }
    if (contexto.primero) for await (const d of catalogoDistinto(proceso, archivos.has("secciones.json") ? json("secciones.json") : null, bases, contexto.primero)) mal(d);
    const filas = [...bases.values()].flatMap((b) => b.filas);
    if (informe.tropiezos === antes) informe.anotar("bien", "cifras", `todas las cifras salen de las ${miles(filas.length)} actas del CSV, de ${claves.length} elecciones`);
    const no = (asunto, texto) => informe.anotar("no_recalculado", asunto, texto);
    no("catálogo", "nombres, partidos, candidaturas, casillas, lista nominal y representantes se toman del primer corte");
    if ([...archivos.keys()].some((r) => r.endsWith(".xlsx"))) no("libro de Excel", "el .xlsx es el firmado; no se comparó celda por celda con el CSV");
    if ([...paquetes.values()].some((p) => p.otros.length)) no("LEEME", "el LEEME.txt de la base de datos es el firmado; no se leyó");
    if (archivos.has("mapa.json")) no("mapa", "los contornos de mapa.json son los firmados");
    const fuera = filas.filter((f) => f.cuenta === "2").length;
    if (fuera) no("hojas fuera de catálogo", `${miles(fuera)} hojas que ninguna imagen ni clave respalda; solo se contaron`);
    const pendientes = filas.filter((f) => vacia(f.cuenta)).length;
    if (pendientes) no("situación de las actas", `dónde va cada una de las ${miles(pendientes)} que aún no se publican`);
    if (archivos.has("avance.json") && contexto.anteriores.some((a) => !a.resumenes)) no("curva de avance", "los votos de cortes anteriores se compararon con el corte previo, no con su corte");
    return { imagenes, ofrecidas, actas };
  } catch (e) {
    anotarError(informe, "cifras", e);
    return null;
  }
}

function* documentosDe(proceso, e, base, calculo, detalles, paquete, m, json, archivos) {
  yield* diferencias(`${e.clave}, encabezado del CSV`, base.cabeza, cabezaDe(e, m, calculo.entidad.estadistica(m.cierre)));
  yield* diferencias(`${e.clave}, CANDIDATURAS`, leerCsv(paquete.candidaturas), tablaCandidaturas(proceso, e));
  yield* diferencias(`${e.clave}, entidad`, json(`${e.clave}/resumen.json`), resumenDe(e, calculo, m.cierre));
  for (const d of e.demarcaciones) {
    const donde = `${e.clave}, ${d.nombre}`;
    const hay = calculo.demarcaciones.get(d.id).c.esperadas;
    if (hay !== d.actas_esperadas) yield `${donde}: el proceso espera ${d.actas_esperadas} actas y el CSV lista ${hay}`;
    const detalle = detalles.get(d.id);
    yield* diferencias(donde, detalle, demarcacionDe(e, d, calculo, m.cierre, new Map(detalle.secciones.map((s) => [s.seccion, s.casillas]))));
    const lista = base.filas.reduce((t, f) => t + (f.cuenta !== "2" && f.demarcacion === d.id ? Number(f.celda("LISTA_NOMINAL")) : 0), 0);
    if (lista !== d.lista_nominal) yield `${donde}: la lista nominal del proceso no es la suma de la de sus casillas`;
  }
  const ruta = `${e.clave}/especiales.json`;
  if (archivos.has(ruta)) yield* diferencias(ruta, json(ruta), especialesDe(e, detalles));
}

async function revisarImagenes(fuente, { imagenes, ofrecidas }, m, informe, leerlas) {
  const lista = [...ofrecidas].sort();
  const raiz = aHex(await raizDe(await Promise.all([...imagenes].sort().map((h) => hashDeHoja(deHex(h))))));
  const antes = informe.tropiezos;
  if (imagenes.size !== m.imagenes.total || raiz !== m.imagenes.raiz) informe.anotar("mal", "imágenes", "los códigos de integridad del CSV no son los de las imágenes que el corte firmó");
  if (imagenes.size > lista.length) informe.anotar("aviso", "imágenes", `${miles(imagenes.size - lista.length)} imágenes no se publican en este corte; solo está su código`);
  const presentes = fuente.rutas("imagenes");
  if (!leerlas || (lista.length && presentes?.length === 0)) {
    informe.anotar("no_recalculado", "imágenes", `${miles(lista.length)} imágenes sin revisar una por una (${leerlas ? "esta copia no trae ninguna" : "se pidió omitirlas"})`);
    return;
  }
  const nombradas = new Set(lista.map(rutaImagen));
  const deMas = (presentes ?? []).filter((r) => !nombradas.has(r)).length;
  if (deMas) informe.anotar("aviso", "imágenes", `${miles(deMas)} imágenes que ningún acta de este corte nombra; pueden ser de otros anteriores`);
  const rutas = [...new Set([...nombradas, ...(presentes ?? [])])];
  if (!rutas.length) return;
  for (const [i, ruta] of rutas.entries()) {
    if (i % 200 === 0) informe.avisar(`revisando imágenes: ${miles(i)} de ${miles(rutas.length)}`);
    try {
      const datos = await fuente.leer(ruta, 64 * 2 ** 20);
      if (!datos) throw new NoCoincide(`falta la imagen ${ruta}`);
      if (rutaImagen(await huella(datos)) !== ruta) throw new NoCoincide(`la imagen ${ruta} fue alterada o cambiada`);
    } catch (e) { anotarError(informe, "imágenes", e); }
  }
  if (informe.tropiezos === antes) informe.anotar("bien", "imágenes", `${miles(rutas.length)} imágenes, cada una con el hash que lleva por nombre en la base de datos`);
}

const DEL_REGISTRO = ["checkpoint", "ultimo.json", "politica", "tile", "puntos", "sellos", "llaves", "cortes", "imagenes", "documentos"];
const MAXIMO_PAGINA = 32 * 2 ** 20;

function leerSitio(datos) {
  const s = leerCanonico(datos, "sitio.json");
  if (s?.formato !== "prep/sitio/1" || !Array.isArray(s.archivos) || s.archivos.length > 1e5) throw new NoCoincide("sitio.json no tiene la forma que debe");
  revisarLista(s.archivos);
  for (const a of s.archivos) if (DEL_REGISTRO.includes(a.ruta.split("/")[0])) throw new NoCoincide(`sitio.json no puede nombrar ${a.ruta}`);
  return s.archivos;
}

const leerDelCorte = async (fuente, h, ruta) => {
  const a = h?.m?.archivos.find((x) => x.ruta === ruta);
  const datos = a ? await fuente.leer(`${h.ruta}/${ruta}`, a.bytes) : null;
  return datos && (await huella(datos)) === a.sha256 ? datos : null;
};

// The root's pages, as the corte lists them: those of the one before, still there, are no lie.
async function revisarPaginas(fuente, archivos, cortes, m, informe) {
  const dibujadas = m.archivos.filter((a) => !esDocumento(a.ruta)).length;
  let lista = [];
  if (!archivos.has("sitio.json")) {
    if (!m.archivos.some((a) => a.ruta === "sitio.json")) informe.anotar("aviso", "páginas", "las páginas de la raíz (index.html y demás) no están firmadas en este corte");
  } else {
    const antes = informe.tropiezos;
    let pendientes = [];
    try {
      lista = leerSitio(archivos.get("sitio.json"));
      for (const a of lista) {
        const datos = await fuente.leer(a.ruta, MAXIMO_PAGINA);
        const h = datos ? await huella(datos) : null;
        if (h !== a.sha256) pendientes.push([a.ruta, h]);
      }
      for (const h of cortes.slice(0, -1).reverse()) {
        if (!pendientes.length) break;
        const datos = await leerDelCorte(fuente, h, "sitio.json");
        const viejas = new Map((datos ? leerSitio(datos) : []).map((a) => [a.ruta, a.sha256]));
        for (const [r, x] of pendientes) if (x && viejas.get(r) === x) informe.anotar("aviso", "páginas", `${r} es todavía la de un corte anterior, también firmada`);
        pendientes = pendientes.filter(([r, x]) => !x || viejas.get(r) !== x);
      }
      for (const [r, x] of pendientes) informe.anotar("mal", "páginas", `${r} ${x ? "fue alterada" : "falta"}`);
      if (informe.tropiezos === antes) informe.anotar("bien", "páginas", `${lista.length} páginas de la raíz son las firmadas`);
    } catch (e) { anotarError(informe, "páginas", e); }
  }
  if (dibujadas + lista.length) informe.anotar("no_recalculado", "páginas", `${dibujadas + lista.length} páginas y exportaciones son las firmadas, sin redibujar: aquí no está el programa que las dibuja`);
}

// What a folder or zip holds that nothing signed speaks of.
async function revisarAjenos(fuente, cortes, informe) {
  const todas = fuente.rutas();
  if (!todas) return;
  const conocida = (r) => ["checkpoint", "ultimo.json", "politica", "llaves/instituto.vkey", PARCIAL].includes(r) || /^(tile|puntos|sellos|imagenes|documentos)\//.test(r) || cortes.some((h) => r.startsWith(`${h.ruta}/`));
  let ajenos = todas.filter((r) => !conocida(r));
  for (const [i, h] of [...cortes].reverse().entries()) {
    if (!ajenos.length) break;
    const datos = await leerDelCorte(fuente, h, "sitio.json");
    try {
      const firmadas = new Map((datos ? leerSitio(datos) : []).map((a) => [a.ruta, a.sha256]));
      const quedan = [];
      for (const r of ajenos) if (!firmadas.has(r) || (i && (await huella(await fuente.leer(r, MAXIMO_PAGINA))) !== firmadas.get(r))) quedan.push(r);
      ajenos = quedan;
    } catch { /* said elsewhere */ }
  }
  ajenos.push(...fuente.ajenos());
  if (ajenos.length) informe.anotar("aviso", "sin firmar", `${ajenos.length} cosas que ningún corte firmado menciona: ${ajenos.slice(0, 4).join(", ")}${ajenos.length > 4 ? "…" : ""}`);
}

async function politicaDe(fuente, texto, informe) {
  if (texto.trim()) {
    const t = texto.trim();
    let p;
    // What whoever checks typed wrong says nothing of the publication.
    try { p = await leerPolitica(deTexto(/^(log|witness|group|quorum|#)/m.test(t) ? `${t}\n` : `log ${t}\nquorum none\n`)); } catch (e) { throw new NoDisponible(e.message); }
    if (!p.registros.length) throw new NoDisponible("la política que se dio no nombra la llave de ningún registro (línea «log»)");
    return { ...p, propia: false };
  }
  const datos = await fuente.leer("politica", 1e5);
  const vkey = await fuente.leer("llaves/instituto.vkey", 1000);
  // Some hosts answer something for whatever they do not have.
  const propia = vkey?.includes(0x2b) ? await leerLlave(deUtf8(vkey, "llaves/instituto.vkey")) : null;
  if (propia && propia.tipo !== FIRMA) throw new NoCoincide("llaves/instituto.vkey no es una llave para firmar el registro");
  if (!datos && !propia) throw new NoDisponible("no hay llave con qué comprobar: péguela en el recuadro");
  informe.anotar("aviso", "llaves", "las llaves se tomaron de la propia publicación: compárelas con las que el instituto dio a conocer por otro medio");
  const p = datos ? await leerPolitica(datos) : { registros: [], testigos: new Map(), grupos: new Map(), quorum: "none" };
  if (!p.registros.length && propia) p.registros.push(propia);
  return { ...p, propia: true };
}

const memoria = {
  leer(origen) { try { return JSON.parse(localStorage.getItem(`prep:${origen}`)); } catch { return null; } },
  escribir(p) { try { localStorage.setItem(`prep:${p.origen}`, JSON.stringify({ tamano: p.tamano, raiz: aHex(p.raiz) })); } catch { /* the browser keeps nothing: only this look counts */ } },
};

// Looks again before accusing: a site may be changing from one corte to the next.
async function verificar(fuente, { espera = 2000, ...opciones } = {}) {
  const cabezas = async () => {
    try { return (await Promise.all(["ultimo.json", "checkpoint"].map((r) => fuente.leer(r, MAXIMO_PUNTO)))).map((b) => (b ? aHex(b) : "")).join(); } catch { return ""; }
  };
  for (let vuelta = 0; ; vuelta++) {
    const antes = await cabezas();
    const informe = await unaVuelta(fuente, opciones);
    if (informe.codigo !== 1 || vuelta === 2 || fuente.rutas()) return informe;
    await new Promise((si) => setTimeout(si, espera));
    if (vuelta && (await cabezas()) === antes) return informe;
  }
}

async function unaVuelta(fuente, { politica: textoPolitica = "", imagenes = true, avisar } = {}) {
  const informe = new Informe(avisar);
  try {
    if (!globalThis.crypto?.subtle) throw new NoDisponible("este navegador no permite comprobar firmas en esta página: guárdela y ábrala desde su equipo");
    const politica = await politicaDe(fuente, textoPolitica, informe);
    const r = await abrirRegistro(fuente, politica);
    const { punto } = r;
    informe.anotar("bien", "registro", `${r.hojas.length} hojas bajo la raíz firmada por «${punto.origen}»`);
    const delSitio = await fuente.leer("llaves/instituto.vkey", 1000);
    if (delSitio && !punto.firmas.some((f) => f.llave.vkey === new TextDecoder().decode(delSitio).trim())) informe.anotar("aviso", "llaves", "llaves/instituto.vkey no es la llave que firma este registro: no la use");
    const cofirmas = punto.firmas.filter((f) => f.hora !== null);
    for (const f of cofirmas) informe.anotar("bien", "cofirmas", `${f.llave.nombre} cofirmó el ${horaDe(f.hora)}`);
    if (!cumplePolitica(politica, cofirmas)) informe.anotar(politica.propia ? "aviso" : "mal", "cofirmas", "faltan cofirmas de las que la política exige");
    const visto = memoria.leer(punto.origen);
    if (visto) {
      if (visto.tamano > punto.tamano) throw new NoCoincide(`el registro retrocedió: antes tenía ${visto.tamano} hojas y ahora ${punto.tamano}`);
      if (aHex(await resumen(r.niveles, 0, visto.tamano)) !== visto.raiz) throw new NoCoincide("la historia fue reescrita desde la última vez que la vio este navegador");
      informe.anotar("bien", "memoria", `continúa la historia que este navegador vio antes, de ${visto.tamano} hojas`);
    }
    await revisarTeselas(fuente, r, politica, informe);
    if (fuente.rutas("sellos")?.length || (await fuente.leer(`sellos/${dos(punto.tamano, 6)}.tsr`, 1e5).catch(() => null))) informe.anotar("no_recalculado", "sellos de tiempo", "esta página no comprueba los sellos: use openssl o prep verificar");
    await revisarCortes(fuente, r, informe, imagenes);
    if (informe.codigo === 0) memoria.escribir(punto);
  } catch (e) {
    if (e instanceof NoCoincide || e instanceof NoDisponible) anotarError(informe, "registro", e);
    else anotarError(informe, "registro", new NoCoincide("no se entiende lo publicado"));
  }
  return informe;
}

async function revisarCortes(fuente, r, informe, conImagenes) {
  const cortes = [];
  const actos = [];
  r.hojas.forEach((datos, posicion) => {
    try {
      const h = { ...leerHoja(datos) };
      const previo = cortes.at(-1);
      if (actos.length && h.proceso !== actos[0].proceso) informe.anotar("mal", "hojas", `hoja ${posicion}: es del proceso «${h.proceso}» en el registro de «${actos[0].proceso}»`);
      if (previo && h.modo !== cortes[0].modo) informe.anotar("mal", "hojas", `hoja ${posicion}: es de ${h.modo} en un registro de ${cortes[0].modo}`);
      actos.push(h);
      if (h.tipo !== "corte") return;
      if (previo && h.corte !== previo.corte + 1) informe.anotar("mal", "hojas", `después del corte ${previo.corte} sigue el ${h.corte}: falta o sobra`);
      if (previo && Date.parse(h.hora) < Date.parse(previo.hora)) informe.anotar("mal", "hojas", `el corte ${h.corte} dice una hora anterior a la del previo`);
      cortes.push({ ...h, posicion });
    } catch (e) { anotarError(informe, "hojas", e); }
  });
  const ultimo = cortes.at(-1);
  if (!ultimo) { informe.anotar("sin_comprobar", "hojas", "el registro no tiene todavía ningún corte"); return; }
  informe.corte = ultimo;
  const { origen } = r.punto;
  const suyo = modoDeLlave(origen);
  if (suyo !== "jornada" && suyo !== ultimo.modo) informe.anotar("mal", "llaves", `la llave «${origen}» es de ${suyo} y firma cortes de ${ultimo.modo}`);
  else if (suyo !== ultimo.modo) informe.anotar("aviso", "llaves", `la llave «${origen}» tiene nombre de jornada y firma cortes de ${ultimo.modo}`);
  const campos = ["proceso", "corte", "hora", "modo", "ruta", "manifiesto"];
  const puntero = await fuente.leer("ultimo.json", 10000);
  try {
    if (!puntero) throw new NoCoincide("falta ultimo.json");
    const p = leerCanonico(puntero, "ultimo.json");
    if (p.corte > ultimo.corte) throw new NoCoincide(`ultimo.json anuncia el corte ${p.corte}, que nadie ha firmado`);
    if (Object.keys(p).length !== campos.length || !campos.every((k) => p[k] === ultimo[k])) throw new NoCoincide(`ultimo.json muestra otra cosa que el último corte firmado, el ${ultimo.corte}`);
    informe.anotar("bien", "puntero", "ultimo.json apunta al último corte firmado");
  } catch (e) { anotarError(informe, "puntero", e); }
  let anterior = null;
  let previo = null;
  const antes = informe.tropiezos;
  for (const h of cortes) {
    try {
      const datos = await fuente.leer(`${h.ruta}/corte.json`, 32 * 2 ** 20);
      if (!datos) throw new NoCoincide(`falta ${h.ruta}/corte.json: el corte ${h.corte} fue retirado`);
      if ((await huella(datos)) !== h.manifiesto) throw new NoCoincide(`${h.ruta}/corte.json fue reescrito: no es el que se firmó`);
      const m = leerManifiesto(datos);
      if (["proceso", "corte", "hora", "modo"].some((k) => m[k] !== h[k]) || m.anterior !== anterior) throw new NoCoincide(`${h.ruta}/corte.json no continúa a su hoja o al corte anterior`);
      h.m = m;
      const distinta = previo && otraBitacora(previo, m);
      if (distinta) informe.anotar("mal", "manifiestos", distinta);
      previo = m;
    } catch (e) { anotarError(informe, "manifiestos", e); }
    anterior = h.manifiesto;
  }
  if (cortes.length && informe.tropiezos === antes) informe.anotar("bien", "manifiestos", `cortes encadenados: ${cortes.length}, ninguno reescrito ni retirado`);
  await revisarActos(fuente, actos, new Map(cortes.filter((h) => h.m).map((h) => [h.corte, h.m])), informe);
  const anteriores = [];
  let primero = null;
  for (const h of cortes) {
    if (!h.m) continue;
    if (h !== ultimo) {
      let resumenes = null;
      if (fuente.completa) {
        await revisarArchivos(fuente, h.ruta, h.m, informe, false);
        resumenes = sinNada();
        for (const k of Object.keys(h.m.cuentas)) {
          const datos = await leerDelCorte(fuente, h, `${k}/resumen.json`);
          try { if (datos) resumenes[k] = leerJson(datos, `${k}/resumen.json`); } catch { /* its corte is not being computed */ }
        }
        if (Object.keys(resumenes).length !== Object.keys(h.m.cuentas).length) resumenes = null;
      }
      if (!anteriores.length) primero = await delPrimero(fuente, h, informe);
      anteriores.push({ m: h.m, resumenes });
      continue;
    }
    const archivos = await revisarArchivos(fuente, h.ruta, h.m, informe, true);
    const previo = await leerDelCorte(fuente, cortes.at(-2), "avance.json");
    const contexto = { primero, anteriores, avancePrevio: previo ? leerJson(previo, "avance.json") : null };
    const cifras = await revisarCifras(archivos, h.m, contexto, informe);
    await revisarPaginas(fuente, archivos, cortes, h.m, informe);
    if (cifras) await revisarImagenes(fuente, cifras, h.m, informe, conImagenes);
    informe.detalle = { fuente, registro: r, ultimo, cortes, actos, archivos, actas: cifras?.actas ?? new Map() };
  }
  await revisarAjenos(fuente, cortes, informe);
  if (anteriores.length && !fuente.completa) informe.anotar("no_recalculado", "archivos de cortes anteriores", `los de ${anteriores.length} no se miraron`);
  if (anteriores.length) informe.anotar("no_recalculado", "cortes anteriores", `las cifras de los anteriores, que son ${anteriores.length}`);
  const nodos = new Set(actos.filter((h) => h.tipo === "punto_de_nodo").map((h) => h.nodo));
  for (const nodo of [...nodos].sort()) informe.anotar("no_recalculado", "nodos", `lo que «${nodo}» publicó por su cuenta no se comparó con esto (prep verificar --nodo, sí)`);
}

// Whether the first corte fixed a file.
const esFijo = (ruta) => ["proceso.json", "secciones.json"].includes(ruta) || /^bd\/.*\.zip$/.test(ruta);

// What the first corte fixed, from its own folder.
// What a key of the institute may sign, by its name.
const modoDeLlave = (nombre) => /\/(prueba|simulacro)$/.exec(nombre)?.[1] ?? "jornada";

// The bitácora only grows: fewer facts than before, or other ones in as many, are another history.
function otraBitacora(previo, m) {
  const [antes, ahora] = [previo.bitacora, m.bitacora];
  if (ahora.posicion < antes.posicion) return `el corte ${m.corte} sale de ${miles(ahora.posicion)} hechos y el ${previo.corte} salió de ${miles(antes.posicion)}: la bitácora perdió hechos ya firmados`;
  if (ahora.posicion === antes.posicion && ahora.raiz !== antes.raiz) return `los cortes ${previo.corte} y ${m.corte} salen de ${miles(ahora.posicion)} hechos y no son los mismos: la bitácora cambió hechos ya firmados`;
  return null;
}

async function delPrimero(fuente, h, informe) {
  const leidos = new Map();
  for (const a of h.m.archivos) {
    if (!esFijo(a.ruta)) continue;
    try {
      const datos = await leerDelCorte(fuente, h, a.ruta);
      if (!datos) throw new NoCoincide(`falta ${h.ruta}/${a.ruta}, o fue alterado`);
      leidos.set(a.ruta, datos);
    } catch (e) { anotarError(informe, "cifras", e, "no se pudo leer el catálogo del primer corte: "); return null; }
  }
  return leidos;
}

// Everything needed to check this corte elsewhere, without images: [path, bytes] by path.
async function todoLoNecesario({ fuente, registro, ultimo, cortes, actos, archivos }, avisar) {
  const todo = new Map([[PARCIAL, deTexto(`Copia para comprobar, sin conexión, el corte ${ultimo.corte}: abra verifica.html y elija este zip.\nNo trae imágenes ni las páginas de los cortes anteriores.\n`)]]);
  const traer = async (ruta, maximo) => {
    avisar(`Reuniendo ${ruta}`);
    const datos = todo.has(ruta) ? null : await fuente.leer(ruta, maximo);
    if (datos) todo.set(ruta, datos);
  };
  const n = registro.hojas.length;
  for (const r of ["checkpoint", "ultimo.json", "politica", "llaves/instituto.vkey"]) await traer(r, MAXIMO_PUNTO);
  for (let nivel = 0; Math.floor(n / 256 ** nivel); nivel++) {
    const hay = Math.floor(n / 256 ** nivel);
    for (let i = 0; i * 256 < hay; i++) for (const de of nivel ? [nivel] : [0, "entries"]) {
      const ruta = `tile/${de}/${rutaNumero(i)}`;
      const ancho = Math.min(256, hay - i * 256);
      await traer(ruta + parcial(ancho), MAXIMO_ENTRADAS);
      if (!todo.has(ruta + parcial(ancho))) await traer(ruta, MAXIMO_ENTRADAS);
    }
  }
  for (const [i, h] of actos.entries()) {
    if (h.tipo === "llaves") await traer(rutaPunto(i + 1), MAXIMO_PUNTO);
    if ("documento" in h) await traer(rutaDocumento(h.documento), maximoDe(h));
  }
  for (const h of cortes) await traer(`${h.ruta}/corte.json`, 32 * 2 ** 20);
  for (const a of cortes[0].m?.archivos ?? []) if (esFijo(a.ruta)) await traer(`${cortes[0].ruta}/${a.ruta}`, a.bytes);
  for (const a of cortes.at(-2)?.m?.archivos ?? []) if (["avance.json", "sitio.json"].includes(a.ruta)) await traer(`${cortes.at(-2).ruta}/${a.ruta}`, a.bytes);
  for (const [ruta, datos] of archivos) todo.set(`${ultimo.ruta}/${ruta}`, datos);
  if (archivos.has("sitio.json")) for (const a of leerSitio(archivos.get("sitio.json"))) await traer(a.ruta, MAXIMO_PAGINA);
  return todo;
}

function veredicto(informe) {
  const c = informe.corte;
  const que = c ? `El corte ${c.corte} de ${c.proceso}, ${horaLegible(c.hora)}, ${c.modo.toUpperCase()},` : "La emisión";
  if (informe.codigo === 1) {
    const otros = informe.hay("mal") - 1;
    const mas = otros ? ` (y ${otros} ${otros === 1 ? "problema" : "problemas"} más)` : "";
    return ["mal", "NO COINCIDE", `${que} no es de fiar: ${informe.hallazgos.find((h) => h.nivel === "mal").texto}${mas}`];
  }
  if (informe.codigo === 2) return ["duda", "NO SE PUDO COMPROBAR", `${que}: ${informe.hallazgos.find((h) => h.nivel === "sin_comprobar")?.texto ?? "no hay ningún corte"}`];
  const falta = informe.noRecalculado;
  return ["bien", "CORRECTO", `${que} es auténtico y sus cifras salen de las actas publicadas${falta.length ? `; no se recalculó: ${falta.join(", ")}` : ""}`];
}
