// Bytes, hashes, Merkle tree, signed notes and policies: the formats of prep.transparencia, written again for the browser.

class NoCoincide extends Error {}
class NoDisponible extends Error {}
// What is found by names that come from outside has no other: «constructor» and «__proto__» are names like any.
const sinNada = () => Object.create(null);

const deTexto = (t) => new TextEncoder().encode(t);
const aTexto = (b) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(b);
const deUtf8 = (b, que) => { try { return aTexto(b); } catch { throw new NoCoincide(`${que} no es texto UTF-8`); } };
const aHex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
const deHex = (t) => Uint8Array.from(t.match(/../g) || [], (x) => parseInt(x, 16));
const iguales = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const miles = (n) => n.toLocaleString("es-MX");

function unir(...partes) {
  const total = new Uint8Array(partes.reduce((n, p) => n + p.length, 0));
  let i = 0;
  for (const p of partes) { total.set(p, i); i += p.length; }
  return total;
}

function deB64(t, que = "un dato") {
  let crudo;
  try { crudo = atob(t); } catch { throw new NoCoincide(`${que} no está en base64`); }
  if (btoa(crudo) !== t) throw new NoCoincide(`${que} no está en base64 normal`);
  return Uint8Array.from(crudo, (c) => c.charCodeAt(0));
}

const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
const huella = async (b) => aHex(await sha256(b));

// --- RFC 6962 ---

const hashDeHoja = (b) => sha256(unir(Uint8Array.of(0), b));
const hashDeNodo = (a, b) => sha256(unir(Uint8Array.of(1), a, b));

// All levels of perfect subtrees over leaf hashes: niveles[k][i] covers 2^k leaves.
async function construirArbol(hojas) {
  const niveles = [hojas];
  while (niveles.at(-1).length > 1) {
    const abajo = niveles.at(-1);
    const pares = [];
    for (let i = 0; i + 1 < abajo.length; i += 2) pares.push(hashDeNodo(abajo[i], abajo[i + 1]));
    niveles.push(await Promise.all(pares));
  }
  return niveles;
}

async function resumen(niveles, inicio, fin) {
  const partes = [];
  while (inicio < fin) {
    const k = Math.floor(Math.log2(fin - inicio));
    partes.push(niveles[k][inicio >> k]);
    inicio += 1 << k;
  }
  if (!partes.length) return sha256(new Uint8Array());
  let h = partes.pop();
  while (partes.length) h = await hashDeNodo(partes.pop(), h);
  return h;
}

const raizDe = async (hojas) => resumen(await construirArbol(hojas), 0, hojas.length);

async function pruebaDeInclusion(niveles, indice, tamano) {
  const camino = [];
  let inicio = 0;
  let fin = tamano;
  while (fin - inicio > 1) {
    const n = fin - inicio;
    const medio = inicio + 2 ** Math.floor(Math.log2(n - 1));
    if (indice < medio) { camino.unshift(await resumen(niveles, medio, fin)); fin = medio; }
    else { camino.unshift(await resumen(niveles, inicio, medio)); inicio = medio; }
  }
  return camino;
}

async function raizPorInclusion(hoja, indice, tamano, prueba) {
  let fn = indice;
  let sn = tamano - 1;
  let r = hoja;
  for (const p of prueba) {
    if (fn & 1 || fn === sn) {
      r = await hashDeNodo(p, r);
      while (fn && !(fn & 1)) { fn >>= 1; sn >>= 1; }
    } else r = await hashDeNodo(r, p);
    fn >>= 1; sn >>= 1;
  }
  return r;
}

// --- canonical JSON (RFC 8785) and safe paths ---

function canonico(v) {
  if (v === null || typeof v === "boolean" || typeof v === "string") return JSON.stringify(v);
  if (typeof v === "number") {
    if (!Number.isSafeInteger(v)) throw new NoCoincide("trae un número que no es entero");
    return JSON.stringify(v);
  }
  if (Array.isArray(v)) return `[${v.map(canonico).join(",")}]`;
  return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonico(v[k])}`).join(",")}}`;
}

// JSON that means the same to every reader: no key twice, no decimals, no NaN, no integer beyond 53 bits.
function leerJson(datos, que) {
  const mal = (motivo) => { throw new NoCoincide(`${que}: ${motivo}`); };
  const t = deUtf8(datos, que);
  const escapada = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
  const entero = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
  let i = 0;
  const hueco = () => { while (t[i] === " " || t[i] === "\n" || t[i] === "\r" || t[i] === "\t") i++; };
  const cadena = () => {
    const j = t.indexOf('"', i + 1);
    const s = t.slice(i + 1, j);
    // eslint-disable-next-line no-control-regex
    if (j > 0 && t[i] === '"' && !s.includes("\\") && !/[\u0000-\u001f]/.test(s)) { i = j + 1; return s; }
    escapada.lastIndex = i;
    const m = escapada.exec(t);
    if (!m || /\\u[dD][89a-fA-F]/.test(m[0])) mal("no es JSON válido");
    i = escapada.lastIndex;
    return JSON.parse(m[0]);
  };
  const valor = (hondo) => {
    if (hondo > 500) mal("está anidado sin fin");
    hueco();
    if (t[i] === '"') return cadena();
    if (t[i] === "{" || t[i] === "[") {
      const es = t[i++] === "{";
      const fin = es ? "}" : "]";
      const v = es ? sinNada() : [];
      hueco();
      if (t[i] === fin) { i++; return v; }
      for (;;) {
        hueco();
        let k;
        if (es) {
          k = cadena();
          if (k in v) mal(`la clave «${k.slice(0, 40)}» está dos veces en un objeto`);
          hueco();
          if (t[i++] !== ":") mal("no es JSON válido");
        }
        const x = valor(hondo + 1);
        if (es) v[k] = x; else v.push(x);
        hueco();
        if (t[i] === fin) { i++; return v; }
        if (t[i++] !== ",") mal("no es JSON válido");
      }
    }
    for (const [palabra, x] of [["true", true], ["false", false], ["null", null]]) if (t.startsWith(palabra, i)) { i += palabra.length; return x; }
    entero.lastIndex = i;
    const m = entero.exec(t);
    if (!m || !Number.isSafeInteger(Number(m[0]))) mal("trae un número que no es un entero escrito como tal, o no es JSON");
    i = entero.lastIndex;
    return Number(m[0]) + 0;
  };
  const v = valor(0);
  hueco();
  if (i !== t.length) mal("no es JSON válido");
  return v;
}

function leerCanonico(datos, que) {
  const v = leerJson(datos, que);
  if (canonico(v) !== aTexto(datos)) throw new NoCoincide(`${que} no es JSON en su forma canónica`);
  return v;
}

// What came from outside, fit to be shown: nothing that fakes another line or turns the text around.
const imprimible = (t) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(t);
const enUnaLinea = (t) => Array.from(String(t), (c) => (imprimible(c) ? c : "\ufffd")).slice(0, 400).join("");

const RUTA = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;
const esSha256 = (v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v);
const esNatural = (v) => Number.isSafeInteger(v) && v >= 0;
function rutaSegura(r) {
  if (typeof r !== "string" || r.length > 500 || !RUTA.test(r)) throw new NoCoincide(`ruta no permitida: ${String(r).slice(0, 80)}`);
  return r;
}

// --- notes, keys, checkpoints, policy (C2SP) ---

const MAXIMO_PUNTO = 100000;
const FIRMA = 1;
const COFIRMA = 4;

async function leerLlave(vkey) {
  const [nombre, id, ...resto] = vkey.trim().split("+");
  const material = deB64(resto.join("+"), "la llave");
  if (!nombre || [...nombre].length > 200 || nombre.includes(" ") || !imprimible(nombre) || material.length !== 33 || ![FIRMA, COFIRMA].includes(material[0])) throw new NoCoincide(`no se entiende la llave de ${nombre}`);
  const propio = aHex((await sha256(unir(deTexto(`${nombre}\n`), material))).slice(0, 4));
  if (propio !== id) throw new NoCoincide(`la llave de ${nombre} está mal copiada`);
  return { nombre, id, tipo: material[0], publica: material.slice(1), vkey: vkey.trim() };
}

async function comprobarFirma(llave, texto, firma) {
  let mensaje = texto;
  let hora = null;
  if (llave.tipo === COFIRMA) {
    if (firma.length !== 72) throw new NoCoincide(`la cofirma de ${llave.nombre} no mide lo que debe`);
    const segundos = new DataView(firma.buffer, firma.byteOffset, 8).getBigUint64(0);
    hora = Number(segundos);
    mensaje = unir(deTexto(`cosignature/v1\ntime ${segundos}\n`), texto);
    firma = firma.slice(8);
  }
  let bien = false;
  try {
    const clave = await crypto.subtle.importKey("raw", llave.publica, { name: "Ed25519" }, false, ["verify"]);
    bien = firma.length === 64 && (await crypto.subtle.verify({ name: "Ed25519" }, clave, firma, mensaje));
  } catch (e) {
    if (e.name === "NotSupportedError") throw new NoDisponible("este navegador no sabe comprobar firmas Ed25519: actualícelo o use otro");
  }
  if (!bien) throw new NoCoincide(`la firma de ${llave.nombre} no corresponde al texto`);
  return { llave, hora };
}

function leerNota(datos) {
  const texto = deUtf8(datos, "la nota firmada");
  const corte = texto.lastIndexOf("\n\n");
  // eslint-disable-next-line no-control-regex
  if (corte < 0 || datos.length > MAXIMO_PUNTO || !texto.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(texto)) throw new NoCoincide("no es una nota firmada");
  const lineas = texto.slice(corte + 2).split("\n");
  lineas.pop();
  if (lineas.length > 100) throw new NoCoincide("la nota firmada trae demasiadas firmas");
  const firmas = lineas.map((l) => {
    const [guion, nombre, b64, ...sobra] = l.split(" ");
    if (guion !== "—" || !nombre || !b64 || sobra.length) throw new NoCoincide("una línea de firma no se entiende");
    const blob = deB64(b64, "una firma");
    return { nombre, id: aHex(blob.slice(0, 4)), firma: blob.slice(4) };
  });
  if (!firmas.length) throw new NoCoincide("la nota no trae firmas");
  return { texto: deTexto(texto.slice(0, corte + 1)), firmas };
}

async function comprobarNota(nota, llaves) {
  const validas = [];
  for (const f of nota.firmas) {
    const llave = llaves.find((ll) => ll.nombre === f.nombre && ll.id === f.id);
    if (llave) validas.push(await comprobarFirma(llave, nota.texto, f.firma));
  }
  return validas;
}

function leerPunto(texto) {
  const l = aTexto(texto).split("\n");
  if (l.length !== 4 || l[3] !== "" || !l[0] || !/^(0|[1-9][0-9]{0,14})$/.test(l[1])) throw new NoCoincide("el punto de control no tiene la forma que debe");
  const raiz = deB64(l[2], "la raíz");
  if (raiz.length !== 32) throw new NoCoincide("la raíz no mide 32 bytes");
  return { origen: l[0], tamano: Number(l[1]), raiz };
}

async function abrirPunto(datos, registros, testigos = []) {
  const nota = leerNota(datos);
  const punto = leerPunto(nota.texto);
  const propias = registros.filter((ll) => ll.nombre === punto.origen);
  const firmas = await comprobarNota(nota, [...propias, ...testigos]);
  if (!firmas.some((f) => propias.includes(f.llave))) throw new NoCoincide(`ninguna llave conocida de «${punto.origen}» firma este registro`);
  return { ...punto, nota, firmas };
}

// Names in a policy are opaque octets, here one character for each; keys are text.
async function leerPolitica(datos) {
  const exigir = (bien, motivo) => { if (!bien) throw new NoCoincide(`política: ${motivo}`); };
  const p = { registros: [], testigos: new Map(), grupos: new Map(), quorum: null };
  const agrupados = new Set();
  const texto = Array.from(datos, (b) => String.fromCharCode(b)).join("");
  exigir(datos.length <= 1e5, "es demasiado grande");
  // eslint-disable-next-line no-control-regex
  exigir(!/[\x00-\x08\x0b-\x1f\x7f]/.test(texto), "trae un carácter no permitido");
  exigir(!texto || texto.endsWith("\n"), "la última línea no termina en salto de línea");
  const definido = (n) => p.testigos.has(n) || p.grupos.has(n);
  const nuevo = (n) => exigir(n !== "none" && !definido(n), `el nombre «${n}» ya está en uso`);
  const llave = async (octetos, tipo, otras) => {
    const ll = await leerLlave(deUtf8(Uint8Array.from(octetos, (c) => c.charCodeAt(0)), "la llave"));
    exigir(ll.tipo === tipo, `la llave de ${ll.nombre} no es del tipo que corresponde`);
    exigir(!otras.some((o) => iguales(o.publica, ll.publica)), `la llave de ${ll.nombre} está repetida`);
    return ll;
  };
  for (const linea of texto.split("\n")) {
    const [orden, ...x] = linea.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
    if (!orden || orden.startsWith("#")) continue;
    if (orden === "log" && [1, 2].includes(x.length)) p.registros.push(await llave(x[0], FIRMA, p.registros));
    else if (orden === "witness" && [2, 3].includes(x.length)) {
      nuevo(x[0]);
      p.testigos.set(x[0], await llave(x[1], COFIRMA, [...p.testigos.values()]));
    } else if (orden === "group" && x.length >= 3) {
      const [nombre, cuantos, ...m] = x;
      nuevo(nombre);
      for (const n of m) {
        exigir(definido(n), `«${n}» no se ha definido en líneas anteriores`);
        exigir(!agrupados.has(n), `«${n}» ya pertenece a un grupo`);
        agrupados.add(n);
      }
      const k = cuantos === "all" ? m.length : cuantos === "any" ? 1 : /^[1-9][0-9]{0,3}$/.test(cuantos) ? Number(cuantos) : 0;
      exigir(k >= 1 && k <= m.length, `un grupo de ${m.length} no puede exigir «${cuantos}»`);
      p.grupos.set(nombre, [k, m]);
    } else if (orden === "quorum" && x.length === 1) {
      exigir(p.quorum === null, "hay más de una línea «quorum»");
      exigir(x[0] === "none" || definido(x[0]), `«${x[0]}» no se ha definido en líneas anteriores`);
      p.quorum = x[0];
    } else exigir(false, `no se entiende «${linea.slice(0, 60)}»`);
  }
  exigir(p.quorum !== null, "falta la línea «quorum»");
  return p;
}

function cumplePolitica(p, cofirmas) {
  const claves = new Set(cofirmas.map((f) => aHex(f.llave.publica)));
  const dicen = new Set([...p.testigos].filter(([, ll]) => claves.has(aHex(ll.publica))).map(([n]) => n));
  for (const [n, [k, m]] of p.grupos) if (m.filter((x) => dicen.has(x)).length >= k) dicen.add(n);
  return p.quorum === "none" || dicen.has(p.quorum);
}
