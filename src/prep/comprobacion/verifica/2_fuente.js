// Where the publication is read from: a folder that was dropped, a zip, or an address. All answer `leer` and `rutas`.

const MAXIMO = 512 * 2 ** 20;

const PARCIAL = "copia_parcial.txt";

class Archivos {
  // Map of path -> File or zip entry. The root is the shortest path that holds `checkpoint`.
  constructor(entradas) {
    const raices = [...entradas.keys()].filter((r) => r === "checkpoint" || r.endsWith("/checkpoint"));
    if (!raices.length) throw new NoDisponible(queFalta([...entradas.keys()]));
    raices.sort((a, b) => a.split("/").length - b.split("/").length);
    const base = raices[0].slice(0, -"checkpoint".length);
    this.entradas = new Map();
    for (const [r, e] of entradas) if (r.startsWith(base)) this.entradas.set(r.slice(base.length), e);
    this.parcial = this.entradas.has(PARCIAL);
  }

  async leer(ruta, maximo = MAXIMO) {
    const e = this.entradas.get(rutaSegura(ruta));
    if (!e) return null;
    if (e.size > maximo) throw new NoCoincide(`${ruta} mide más de lo que debe`);
    try { return e.leer ? await e.leer() : new Uint8Array(await e.arrayBuffer()); } catch (x) { throw x instanceof NoCoincide ? x : new NoDisponible(`no se pudo leer ${ruta}`); }
  }

  // Whether it is all here: then what is missing was taken away.
  get completa() { return !this.parcial; }

  rutas(bajo = "") {
    return [...this.entradas.keys()].filter((r) => r.startsWith(bajo && `${bajo}/`) && RUTA.test(r));
  }

  ajenos() { return [...this.entradas.keys()].filter((r) => !RUTA.test(r) && r !== ".candado"); }
}

function queFalta(nombres) {
  const como = "Abra esta página desde el sitio del PREP y pulse «Descargar todo para comprobar», o elija la carpeta completa de la publicación.";
  if (nombres.some((r) => /(_PREP_[A-Z0-9_]+\.(zip|xlsx)|\.csv)$/.test(r))) return `Ese archivo es la base de datos: trae las cifras de un corte, pero no las firmas ni la historia con que se comprueban. ${como}`;
  if (nombres.some((r) => /\.(jpe?g|png)$/i.test(r))) return `Ahí solo hay imágenes: faltan las firmas y las cifras. ${como}`;
  return `Ahí no hay una publicación: falta el archivo «checkpoint». ${como}`;
}

class Sitio {
  constructor(direccion) {
    const u = URL.canParse(direccion) ? new URL(direccion) : null;
    if (!/^https?:$/.test(u?.protocol)) throw new NoDisponible("la dirección debe comenzar con http:// o https://");
    this.base = u.origin + u.pathname.replace(/[^/]*$/, "");
    this.limite = Date.now() + 3600e3;
  }

  async leer(ruta, maximo = MAXIMO) {
    const [codigo, datos] = await this.pedir(rutaSegura(ruta), maximo);
    if (codigo === 404 || codigo === 410) return null;
    if (codigo !== 200) {
      if ([0, 400, 401, 403].includes(codigo) && (await this.ausente()) === codigo) return null;
      throw new NoDisponible(`${this.base}${ruta} ${codigo ? `respondió ${codigo}` : "manda a otro sitio"}`);
    }
    // Some hosts answer a page, and 200, for whatever they do not have.
    if (pareceHtml(datos) && !/\.(html|xml|svg)$/.test(ruta) && (await this.ausente()) === 200) return null;
    if (datos.length > maximo) throw new NoCoincide(`${ruta} mide más de lo que debe`);
    return datos;
  }

  // How this host answers for what surely is not there.
  ausente() {
    this.sondeo ??= this.pedir(`cortes/no-existe-${crypto.randomUUID()}.json`, 2e5).then(([codigo]) => codigo);
    return this.sondeo;
  }

  async pedir(ruta, maximo) {
    if (Date.now() > this.limite) throw new NoDisponible("se acabó el tiempo para comprobar");
    const corta = new AbortController();
    let alarma;
    const esperar = (segundos) => { clearTimeout(alarma); alarma = setTimeout(() => corta.abort(), segundos * 1000); };
    const inicio = Date.now();
    esperar(60);
    try {
      let r;
      try {
        r = await fetch(this.base + ruta, { cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer", signal: corta.signal });
      } catch { throw new NoDisponible(`no se pudo leer ${this.base}${ruta}`); }
      if (!r.url.startsWith(this.base)) return [0, null];
      if (!r.ok) return [r.status, null];
      const partes = [];
      let total = 0;
      const lector = r.body.getReader();
      try {
        for (let p = await lector.read(); !p.done; p = await lector.read()) {
          total += p.value.length;
          partes.push(p.value);
          if (total > maximo) { await lector.cancel(); break; }
          esperar(60 + total / 1e5 - (Date.now() - inicio) / 1000);
        }
      } catch { throw new NoDisponible(`${this.base}${ruta} llegó a medias o tardó demasiado`); }
      return [200, unir(...partes)];
    } finally { clearTimeout(alarma); }
  }

  get completa() { return false; }
  rutas() { return null; }
  ajenos() { return []; }
}

const pareceHtml = (b) => /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html)/i.test(String.fromCharCode(...b.slice(0, 200)));

// --- zip: stored and deflated entries, as in PKWARE's APPNOTE; sizes are checked against what really comes out ---

async function leerZip(origen) {
  const trozo = async (a, b) => (origen instanceof Uint8Array ? origen.slice(a, b) : new Uint8Array(await origen.slice(a, b).arrayBuffer()));
  const largo = origen instanceof Uint8Array ? origen.length : origen.size;
  const cola = await trozo(Math.max(0, largo - 65557), largo);
  const vista = (b) => new DataView(b.buffer, b.byteOffset, b.length);
  let fin = cola.length - 22;
  const v = vista(cola);
  while (fin >= 0 && v.getUint32(fin, true) !== 0x06054b50) fin--;
  if (fin < 0) throw new NoCoincide("no es un archivo zip completo");
  let [cuantos, mide, donde] = [v.getUint16(fin + 10, true), v.getUint32(fin + 12, true), v.getUint32(fin + 16, true)];
  if (donde === 0xffffffff || cuantos === 0xffff) {
    const l = vista(await trozo(largo - cola.length + fin - 20, largo - cola.length + fin));
    if (l.getUint32(0, true) !== 0x07064b50) throw new NoCoincide("el zip no se entiende");
    const z = vista(await trozo(Number(l.getBigUint64(8, true)), Number(l.getBigUint64(8, true)) + 56));
    [cuantos, mide, donde] = [32, 40, 48].map((i) => Number(z.getBigUint64(i, true)));
  }
  if (cuantos > 2e6 || mide > 4e8) throw new NoCoincide("el zip trae demasiados archivos");
  const dir = await trozo(donde, donde + mide);
  const d = vista(dir);
  const entradas = new Map();
  for (let i = 0, n = 0; n < cuantos; n++) {
    if (i + 46 > dir.length || d.getUint32(i, true) !== 0x02014b50) throw new NoCoincide("el índice del zip está dañado");
    const [metodo, comprimido, size] = [d.getUint16(i + 10, true), d.getUint32(i + 20, true), d.getUint32(i + 24, true)];
    const [ln, le, lc, pos] = [d.getUint16(i + 28, true), d.getUint16(i + 30, true), d.getUint16(i + 32, true), d.getUint32(i + 42, true)];
    const nombre = aTexto(dir.slice(i + 46, i + 46 + ln));
    if (entradas.has(nombre)) throw new NoCoincide(`el zip repite ${nombre}`);
    i += 46 + ln + le + lc;
    if (nombre.endsWith("/")) continue;
    const leer = async () => {
      const c = vista(await trozo(pos, pos + 30));
      const inicio = pos + 30 + c.getUint16(26, true) + c.getUint16(28, true);
      const crudo = await trozo(inicio, inicio + comprimido);
      if (metodo === 0 && comprimido === size) return crudo;
      if (metodo !== 8 || size > MAXIMO) throw new NoCoincide(`el zip trae ${nombre} de una forma que no se admite`);
      const salida = new Blob([crudo]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
      const partes = [];
      let total = 0;
      try {
        for (let p = await salida.read(); !p.done; p = await salida.read()) {
          total += p.value.length;
          if (total > size) throw new Error();
          partes.push(p.value);
        }
      } catch { throw new NoCoincide(`el zip trae dañado ${nombre}`); }
      if (total !== size) throw new NoCoincide(`el zip trae incompleto ${nombre}`);
      return unir(...partes);
    };
    entradas.set(nombre, { size, comprimido, metodo, leer });
  }
  return entradas;
}

// Files of a table's zip, within what all of them may spend: bytes, number, and how much each may grow.
const MAXIMO_BASE = 600 * 2 ** 20;
async function leerPaquete(datos, gasto) {
  const archivos = new Map();
  const entradas = await leerZip(datos);
  if (entradas.size > 100) throw new NoCoincide("el paquete trae demasiados archivos");
  for (const [nombre, e] of entradas) {
    if (!/^[A-Za-z0-9_.-]+$/.test(nombre)) throw new NoCoincide(`el paquete trae un archivo que no debe: ${nombre.slice(0, 80)}`);
    gasto.bytes += e.size;
    if (gasto.bytes > MAXIMO_BASE || e.size > 200 * (e.comprimido + 10000)) throw new NoCoincide(`${nombre} crece demasiado al abrirse; no se lee`);
    archivos.set(nombre, await e.leer());
  }
  return archivos;
}

// Writing one, deflated: for whoever takes everything away to check it elsewhere.
async function escribirZip(archivos) {
  const tabla = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
  const crc = (b) => { let c = 0xffffffff; for (const x of b) c = tabla[(c ^ x) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };
  const campos = (...pares) => { const b = new DataView(new ArrayBuffer(pares.reduce((n, [t]) => n + t, 0))); let i = 0; for (const [t, v] of pares) { if (t === 2) b.setUint16(i, v, true); else b.setUint32(i, v, true); i += t; } return new Uint8Array(b.buffer); };
  const partes = [];
  const indice = [];
  let donde = 0;
  for (const [nombre, datos] of archivos) {
    const n = deTexto(nombre);
    const flujo = new Blob([datos]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const c = new Uint8Array(await new Response(flujo).arrayBuffer());
    const comun = [[2, 20], [2, 0x800], [2, 8], [2, 0], [2, 0x5821], [4, crc(datos)], [4, c.length], [4, datos.length], [2, n.length], [2, 0]];
    partes.push(campos([4, 0x04034b50], ...comun), n, c);
    indice.push(campos([4, 0x02014b50], [2, 20], ...comun, [2, 0], [2, 0], [2, 0], [4, 0], [4, donde]), n);
    donde += 30 + n.length + c.length;
  }
  const mide = indice.reduce((t, x) => t + x.length, 0);
  return new Blob([...partes, ...indice, campos([4, 0x06054b50], [2, 0], [2, 0], [2, archivos.size], [2, archivos.size], [4, mide], [4, donde], [2, 0])], { type: "application/zip" });
}

async function recorrer(entrada, prefijo, mapa) {
  if (entrada.isFile) mapa.set(prefijo + entrada.name, await new Promise((si, no) => entrada.file(si, no)));
  else {
    const lector = entrada.createReader();
    for (;;) {
      const lote = await new Promise((si, no) => lector.readEntries(si, no));
      if (!lote.length) break;
      for (const e of lote) await recorrer(e, `${prefijo}${entrada.name}/`, mapa);
    }
  }
}

async function fuenteDe(archivos) {
  if (archivos.length === 1 && /\.zip$/i.test(archivos[0].name) && !archivos[0].webkitRelativePath) return new Archivos(await leerZip(archivos[0]));
  return new Archivos(new Map(Array.from(archivos, (f) => [f.webkitRelativePath || f.name, f])));
}
