// The whole check, in the same order and with the same words as `prep verificar`.

const MODOS = ["prueba", "simulacro", "jornada"];
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
  constructor(avisar = () => {}) { this.hallazgos = []; this.corte = null; this.avisar = avisar; }

  anotar(nivel, asunto, texto) {
    this.hallazgos.push({ nivel, asunto, texto });
    this.avisar(texto);
  }

  hay(nivel) { return this.hallazgos.filter((h) => h.nivel === nivel).length; }

  get codigo() {
    if (this.hay("mal")) return 1;
    return this.hay("sin_comprobar") || !this.corte ? 2 : 0;
  }
}

async function leerPieza(fuente, nombre, ancho) {
  for (const w of new Set([ancho, 256])) {
    const datos = await fuente.leer(nombre(w), 20e6);
    if (datos) return [datos, w];
  }
  throw new NoDisponible(`falta ${nombre(ancho)} del registro`);
}

function desempacar(datos, cuantas) {
  const hojas = [];
  for (let i = 0; i < datos.length;) {
    const n = datos[i] * 256 + datos[i + 1];
    if (!(i + 2 + n <= datos.length)) throw new NoCoincide("un paquete de hojas está truncado");
    hojas.push(datos.slice(i + 2, i + 2 + n));
    i += 2 + n;
  }
  if (hojas.length !== cuantas) throw new NoCoincide("un paquete de hojas no trae las que debe");
  return hojas;
}

async function leerHojas(fuente, tamano) {
  if (tamano > 1e6) throw new NoCoincide("el registro dice tener demasiadas hojas");
  const hojas = [];
  for (let n = 0; n * 256 < tamano; n++) {
    const ancho = Math.min(256, tamano - n * 256);
    const [datos, w] = await leerPieza(fuente, (x) => `tile/entries/${rutaNumero(n)}${parcial(x)}`, ancho);
    hojas.push(...desempacar(datos, w).slice(0, ancho));
  }
  return hojas;
}

function leerHoja(datos) {
  const h = leerCanonico(datos, "una hoja");
  if (datos.length > 1023 || h.formato !== "prep/hoja/1" || !MODOS.includes(h.modo) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/.test(h.hora)) throw new NoCoincide("una hoja del registro no tiene la forma que debe");
  if (h.tipo === "corte" && (!esNatural(h.corte) || !esSha256(h.manifiesto) || rutaSegura(h.ruta) !== h.ruta)) throw new NoCoincide("la hoja de un corte no tiene la forma que debe");
  return h;
}

// Rotations believed when the old key signed the checkpoint that announces them; revoked keys do not count.
async function abrirRegistro(fuente, politica) {
  const datos = await fuente.leer("checkpoint", 1e6);
  if (!datos) throw new NoDisponible("no hay «checkpoint»: no es una publicación o está vacía");
  const dicho = leerPunto(leerNota(datos).texto);
  const hojas = await leerHojas(fuente, dicho.tamano);
  const hashes = await Promise.all(hojas.map(hashDeHoja));
  const confiables = [...politica.registros];
  const siempre = [...politica.registros];
  const fuera = new Set();
  for (let i = 0; i < hojas.length; i++) {
    let h;
    try { h = leerHoja(hojas[i]); } catch { continue; }
    if (h.tipo !== "llaves") continue;
    const nueva = await leerLlave(h.llave);
    if (h.accion === "rotacion") siempre.push(nueva, ...(h.anterior ? [await leerLlave(h.anterior)] : []));
    if (h.accion === "revocacion") fuera.add(aHex(nueva.publica));
    const vieja = confiables.find((ll) => ll.vkey === h.anterior);
    if (h.accion === "rotacion" && nueva.tipo === FIRMA && vieja) {
      const p = await fuente.leer(rutaPunto(i + 1), 1e6);
      if (!p) throw new NoDisponible(`falta ${rutaPunto(i + 1)}, que demuestra el cambio de llave`);
      const abierto = await abrirPunto(p, [vieja]);
      if (abierto.tamano !== i + 1 || !iguales(abierto.raiz, await raizDe(hashes.slice(0, i + 1)))) throw new NoCoincide("el cambio de llave no es de esta historia");
      confiables.push(nueva);
    }
  }
  const viva = (ll) => !fuera.has(aHex(ll.publica));
  const punto = await abrirPunto(datos, confiables.filter(viva), [...politica.testigos.values()].filter(viva));
  const niveles = await construirArbol(hashes);
  if (!iguales(await resumen(niveles, 0, hojas.length), punto.raiz)) throw new NoCoincide("las hojas publicadas no dan la raíz que el registro firmó");
  return { punto, hojas, niveles, siempre };
}

async function revisarTeselas(fuente, r, politica, informe) {
  const antes = informe.codigo;
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
      const datos = await fuente.leer(ruta, 20e6);
      if (ruta.startsWith("puntos/")) {
        const p = await abrirPunto(datos, r.siempre, [...politica.testigos.values()]);
        if (ruta !== rutaPunto(p.tamano) || (p.tamano <= r.hojas.length && !iguales(await resumen(r.niveles, 0, p.tamano), p.raiz))) throw new NoCoincide(`${ruta} es de otra historia`);
        continue;
      }
      const m = /^tile\/(entries|\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(ruta);
      if (!m) throw new NoCoincide(`${ruta} no es un archivo del registro`);
      const ancho = m[3] ? Number(m[3]) : 256;
      const n = Number(m[2].replace(/[x/]/g, ""));
      if (m[1] === "entries") {
        const firmadas = r.hojas.slice(n * 256, n * 256 + ancho);
        if (!desempacar(datos, ancho).slice(0, firmadas.length).every((h, i) => iguales(h, firmadas[i]))) throw new NoCoincide(`${ruta} no trae las hojas firmadas`);
      } else if (datos.length !== 32 * ancho) throw new NoCoincide(`${ruta} no mide lo que debe`);
      else comparar(Number(m[1]), n, datos, ruta);
    } catch (e) { anotarError(informe, "registro", e); }
  }
  if (informe.codigo === antes) informe.anotar("bien", "registro", "los archivos del registro son los de su árbol");
}

function anotarError(informe, asunto, e) {
  if (e instanceof NoDisponible) informe.anotar("sin_comprobar", asunto, e.message);
  else if (e instanceof NoCoincide) informe.anotar("mal", asunto, e.message);
  else informe.anotar("mal", asunto, `un archivo no tiene la forma que debe (${e.message})`);
}

function leerManifiesto(datos) {
  const m = leerCanonico(datos, "el manifiesto");
  const bien = m.formato === "prep/corte/1" && typeof m.proceso === "string" && esNatural(m.corte) && MODOS.includes(m.modo) && typeof m.cierre === "boolean" && Array.isArray(m.archivos) && m.imagenes && esSha256(m.imagenes.raiz) && esNatural(m.imagenes.total);
  if (!bien) throw new NoCoincide("el manifiesto no tiene la forma que debe");
  revisarLista(m.archivos);
  return m;
}

function revisarLista(lista) {
  let total = 0;
  const vistas = new Set();
  for (const a of lista) {
    rutaSegura(a.ruta);
    if (a.ruta === "corte.json" || vistas.has(a.ruta) || !esSha256(a.sha256) || !esNatural(a.bytes) || a.bytes > MAXIMO) throw new NoCoincide(`el manifiesto no puede decir eso de ${a.ruta}`);
    vistas.add(a.ruta);
    total += a.bytes;
  }
  if (total > 4 * 2 ** 30) throw new NoCoincide("el manifiesto dice sumar más de 4 GiB; no se lee");
}

async function revisarArchivos(fuente, ruta, m, informe, guardar) {
  const leidos = new Map();
  const antes = informe.codigo;
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
  if (informe.codigo === antes) informe.anotar("bien", asunto, `${m.archivos.length} archivos con el tamaño y el sha256 del manifiesto`);
  return leidos;
}

async function revisarCifras(archivos, m, informe) {
  const json = (r) => {
    if (!archivos.has(r)) throw new NoCoincide(`el corte no trae ${r} o no es el auténtico`);
    return JSON.parse(aTexto(archivos.get(r)));
  };
  const imagenes = new Set();
  const ofrecidas = new Set();
  const actas = new Map();
  try {
    const proceso = json("proceso.json");
    if (proceso.clave !== m.proceso) throw new NoCoincide(`proceso.json es de «${proceso.clave}» y no de «${m.proceso}»`);
    const abr = proceso.entidad.abreviatura;
    const paquetes = [...archivos.keys()].filter((r) => r.startsWith("bd/") && r.endsWith(`_PREP_${abr}.zip`));
    if (paquetes.length !== 1) throw new NoCoincide("el corte no trae una base de datos, y solo una");
    const bases = await csvDe(archivos.get(paquetes[0]), abr);
    const antes = informe.hay("mal");
    const orden = proceso.partidos.map((p) => p.siglas);
    let cuantas = 0;
    for (const e of proceso.elecciones) {
      if (!bases.has(e.clave)) throw new NoCoincide(`la base de datos no trae ${e.clave}`);
      const base = leerBase(bases.get(e.clave), e, proceso.mezcla_cuenta === true);
      const calculo = calcular(base, e, orden);
      let dichas = 0;
      for (const d of compararEleccion(e, base, calculo, m.cierre, json, ofrecidas)) {
        if (++dichas <= 20) informe.anotar("mal", "cifras", d);
      }
      const c = calculo.entidad.c;
      const debe = { esperadas: c.esperadas, capturadas: c.capturadas, contabilizadas: c.contabilizadas };
      if (canonico(m.cuentas[e.clave]) !== canonico(debe)) informe.anotar("mal", "cifras", `${e.clave}: las cuentas del manifiesto no son las que se calculan`);
      if (archivos.has("avance.json")) {
        const a = json("avance.json");
        const s = a.elecciones[e.clave];
        if (a.cortes.at(-1) !== m.corte || s.total.at(-1) !== c.total || s.capturadas.at(-1) !== c.capturadas || s.contabilizadas.at(-1) !== c.contabilizadas) informe.anotar("mal", "cifras", `${e.clave}: avance.json no termina con las cifras de este corte`);
      }
      cuantas += base.filas.length;
      for (const f of base.filas) {
        if (f.imagen) imagenes.add(f.imagen);
        if (f.cuenta !== "2") actas.set(f.clave, { fila: f, eleccion: e, paquete: paquetes[0] });
      }
    }
    if (bases.size !== proceso.elecciones.length) informe.anotar("mal", "cifras", "la base de datos trae elecciones que el proceso no tiene");
    if (informe.hay("mal") === antes) informe.anotar("bien", "cifras", `todas las cifras salen de las ${miles(cuantas)} actas del CSV, de ${proceso.elecciones.length} elecciones`);
    return { imagenes, ofrecidas, actas };
  } catch (e) {
    anotarError(informe, "cifras", e);
    return null;
  }
}

async function revisarImagenes(fuente, { imagenes, ofrecidas }, m, informe, leerlas) {
  const lista = [...ofrecidas].sort();
  const raiz = aHex(await raizDe(await Promise.all([...imagenes].sort().map((h) => hashDeHoja(deHex(h))))));
  const antes = informe.codigo;
  if (imagenes.size !== m.imagenes.total || raiz !== m.imagenes.raiz) informe.anotar("mal", "imágenes", "los códigos de integridad del CSV no son los de las imágenes que el corte firmó");
  if (imagenes.size > lista.length) informe.anotar("aviso", "imágenes", `${miles(imagenes.size - lista.length)} imágenes no se publican en este corte; solo está su código`);
  if (!leerlas) { informe.anotar("aviso", "imágenes", `${miles(lista.length)} imágenes sin revisar una por una`); return; }
  const rutas = [...new Set([...lista.map(rutaImagen), ...(fuente.rutas("imagenes") ?? [])])];
  if (!rutas.length) return;
  for (const [i, ruta] of rutas.entries()) {
    if (i % 200 === 0) informe.avisar(`revisando imágenes: ${miles(i)} de ${miles(rutas.length)}`);
    try {
      const datos = await fuente.leer(ruta, 64 * 2 ** 20);
      if (!datos) throw new NoCoincide(`falta la imagen ${ruta}`);
      if (rutaImagen(await huella(datos)) !== ruta) throw new NoCoincide(`la imagen ${ruta} fue alterada o cambiada`);
    } catch (e) { anotarError(informe, "imágenes", e); }
  }
  if (informe.codigo === antes) informe.anotar("bien", "imágenes", `${miles(rutas.length)} imágenes, cada una con el hash que lleva por nombre en la base de datos`);
}

async function revisarPaginas(fuente, archivos, informe) {
  if (!archivos.has("sitio.json")) { informe.anotar("aviso", "páginas", "las páginas de la raíz (index.html y demás) no están firmadas en este corte"); return; }
  const antes = informe.codigo;
  try {
    const s = leerCanonico(archivos.get("sitio.json"), "sitio.json");
    revisarLista(s.archivos);
    for (const a of s.archivos) {
      const datos = await fuente.leer(a.ruta, a.bytes);
      if (!datos || (await huella(datos)) !== a.sha256) informe.anotar("mal", "páginas", `${a.ruta} ${datos ? "fue alterada" : "falta"}`);
    }
    if (informe.codigo === antes) informe.anotar("bien", "páginas", `${s.archivos.length} páginas de la raíz son las firmadas`);
  } catch (e) { anotarError(informe, "páginas", e); }
}

async function politicaDe(fuente, texto, informe) {
  if (texto.trim()) {
    const t = texto.trim();
    const p = await leerPolitica(deTexto(/^(log|witness|group|quorum|#)/m.test(t) ? t : `log ${t}\nquorum none`));
    return { ...p, propia: false };
  }
  const datos = await fuente.leer("politica", 1e5);
  const vkey = await fuente.leer("llaves/instituto.vkey", 1000);
  if (!datos && !vkey) throw new NoDisponible("no hay llave con qué comprobar: péguela en el recuadro");
  informe.anotar("aviso", "llaves", "las llaves se tomaron de la propia publicación: compárelas con las que el instituto dio a conocer por otro medio");
  const p = datos ? await leerPolitica(datos) : { registros: [], testigos: new Map(), grupos: new Map(), quorum: "none" };
  const propia = vkey ? await leerLlave(aTexto(vkey)) : null;
  if (!p.registros.length && propia) p.registros.push(propia);
  else if (propia && !p.registros.some((ll) => ll.vkey === propia.vkey)) informe.anotar("aviso", "llaves", "llaves/instituto.vkey no es la llave que nombra la política");
  return { ...p, propia: true };
}

const memoria = {
  leer(origen) { try { return JSON.parse(localStorage.getItem(`prep:${origen}`)); } catch { return null; } },
  escribir(p) { try { localStorage.setItem(`prep:${p.origen}`, JSON.stringify({ tamano: p.tamano, raiz: aHex(p.raiz) })); } catch { /* the browser keeps nothing: only this look counts */ } },
};

async function verificar(fuente, { politica: textoPolitica = "", imagenes = true, avisar } = {}) {
  const informe = new Informe(avisar);
  try {
    if (!globalThis.crypto?.subtle) throw new NoDisponible("este navegador no permite comprobar firmas en esta página: guárdela y ábrala desde su equipo");
    const politica = await politicaDe(fuente, textoPolitica, informe);
    const r = await abrirRegistro(fuente, politica);
    const { punto } = r;
    informe.anotar("bien", "registro", `${r.hojas.length} hojas bajo la raíz firmada por «${punto.origen}»`);
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
    await revisarCortes(fuente, r, informe, imagenes);
    if (informe.codigo === 0) memoria.escribir(punto);
  } catch (e) {
    if (e instanceof NoCoincide || e instanceof NoDisponible) anotarError(informe, "registro", e);
    else anotarError(informe, "registro", new NoCoincide(`no se entiende lo publicado (${e.message})`));
  }
  return informe;
}

async function revisarCortes(fuente, r, informe, conImagenes) {
  const cortes = [];
  r.hojas.forEach((datos, posicion) => {
    try {
      const h = leerHoja(datos);
      const previo = cortes.at(-1);
      if (h.tipo !== "corte") { informe.anotar("bien", "hojas", `${h.hora} ${h.tipo.replaceAll("_", " ")} (${h.modo})`); return; }
      if (previo && h.corte !== previo.corte + 1) informe.anotar("mal", "hojas", `después del corte ${previo.corte} sigue el ${h.corte}: falta o sobra`);
      if (previo && h.proceso !== previo.proceso) informe.anotar("mal", "hojas", "el registro mezcla procesos");
      if (previo && Date.parse(h.hora) < Date.parse(previo.hora)) informe.anotar("mal", "hojas", `el corte ${h.corte} dice una hora anterior a la del previo`);
      cortes.push({ ...h, posicion });
    } catch (e) { anotarError(informe, "hojas", e); }
  });
  const ultimo = cortes.at(-1);
  if (!ultimo) { informe.anotar("sin_comprobar", "hojas", "el registro no tiene todavía ningún corte"); return; }
  informe.corte = ultimo;
  const campos = ["proceso", "corte", "hora", "modo", "ruta", "manifiesto"];
  const puntero = await fuente.leer("ultimo.json", 10000);
  try {
    if (!puntero) throw new NoCoincide("falta ultimo.json");
    const p = leerCanonico(puntero, "ultimo.json");
    if (p.corte > ultimo.corte) throw new NoCoincide(`ultimo.json anuncia el corte ${p.corte}, que nadie ha firmado; si acaba de salir, repita en un minuto`);
    if (!campos.every((k) => p[k] === ultimo[k])) throw new NoCoincide(`ultimo.json muestra otra cosa que el último corte firmado, el ${ultimo.corte}`);
    informe.anotar("bien", "puntero", "ultimo.json apunta al último corte firmado");
  } catch (e) { anotarError(informe, "puntero", e); }
  let anterior = null;
  const antes = informe.codigo;
  for (const h of cortes) {
    try {
      const datos = await fuente.leer(`${h.ruta}/corte.json`, 32 * 2 ** 20);
      if (!datos) throw new NoCoincide(`falta ${h.ruta}/corte.json: el corte ${h.corte} fue retirado`);
      if ((await huella(datos)) !== h.manifiesto) throw new NoCoincide(`${h.ruta}/corte.json fue reescrito: no es el que se firmó`);
      const m = leerManifiesto(datos);
      if (["proceso", "corte", "hora", "modo"].some((k) => m[k] !== h[k]) || m.anterior !== anterior) throw new NoCoincide(`${h.ruta}/corte.json no continúa a su hoja o al corte anterior`);
      h.m = m;
    } catch (e) { anotarError(informe, "manifiestos", e); }
    anterior = h.manifiesto;
  }
  if (informe.codigo === antes) informe.anotar("bien", "manifiestos", `${cortes.length} cortes encadenados, ninguno reescrito ni retirado`);
  for (const h of cortes) {
    if (!h.m || (h !== ultimo && !fuente.rutas("cortes"))) continue;
    const archivos = await revisarArchivos(fuente, h.ruta, h.m, informe, h === ultimo);
    if (h !== ultimo) continue;
    await revisarPaginas(fuente, archivos, informe);
    const cifras = await revisarCifras(archivos, h.m, informe);
    if (cifras) await revisarImagenes(fuente, cifras, h.m, informe, conImagenes);
    informe.detalle = { fuente, registro: r, ultimo, archivos, actas: cifras?.actas ?? new Map() };
  }
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
  return ["bien", "CORRECTO", `${que} es auténtico y sus cifras salen de las actas publicadas`];
}
