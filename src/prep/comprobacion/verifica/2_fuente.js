// Where the publication is read from: a folder that was dropped, a zip, or an address. All answer `leer` and `rutas`.

const MAXIMO = 512 * 2 ** 20;

class Archivos {
  // Map of path -> File or zip entry. The root is the shortest path that holds `checkpoint`.
  constructor(entradas) {
    const raices = [...entradas.keys()].filter((r) => r === "checkpoint" || r.endsWith("/checkpoint"));
    if (!raices.length) throw new NoDisponible("ahí no hay una publicación: falta el archivo «checkpoint»");
    raices.sort((a, b) => a.split("/").length - b.split("/").length);
    const base = raices[0].slice(0, -"checkpoint".length);
    this.entradas = new Map();
    for (const [r, e] of entradas) if (r.startsWith(base)) this.entradas.set(r.slice(base.length), e);
  }

  async leer(ruta, maximo = MAXIMO) {
    const e = this.entradas.get(rutaSegura(ruta));
    if (!e) return null;
    if (e.size > maximo) throw new NoCoincide(`${ruta} mide más de lo que debe`);
    return e.leer ? e.leer() : new Uint8Array(await e.arrayBuffer());
  }

  rutas(bajo) {
    return [...this.entradas.keys()].filter((r) => r.startsWith(`${bajo}/`) && !/(^|\/)\./.test(r));
  }
}

class Sitio {
  constructor(direccion) {
    const u = new URL(direccion);
    if (!/^https?:$/.test(u.protocol)) throw new NoDisponible("la dirección debe comenzar con http:// o https://");
    this.base = u.href.replace(/[^/]*$/, "");
  }

  async leer(ruta, maximo = MAXIMO) {
    let r;
    try {
      r = await fetch(this.base + rutaSegura(ruta), { cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer" });
    } catch { throw new NoDisponible(`no se pudo leer ${this.base}${ruta}`); }
    if (r.status === 404 || r.status === 410) return null;
    if (!r.ok) throw new NoDisponible(`${this.base}${ruta} respondió ${r.status}`);
    const partes = [];
    let total = 0;
    const lector = r.body.getReader();
    try {
      for (let p = await lector.read(); !p.done; p = await lector.read()) {
        total += p.value.length;
        if (total > maximo) { await lector.cancel(); throw new NoCoincide(`${ruta} mide más de lo que debe`); }
        partes.push(p.value);
      }
    } catch (e) {
      if (e instanceof NoCoincide) throw e;
      throw new NoDisponible(`${this.base}${ruta} llegó a medias`);
    }
    return unir(...partes);
  }

  rutas() { return null; }
}

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
  const dir = await trozo(donde, donde + mide);
  const d = vista(dir);
  const entradas = new Map();
  for (let i = 0, n = 0; n < cuantos; n++) {
    if (i + 46 > dir.length || d.getUint32(i, true) !== 0x02014b50) throw new NoCoincide("el índice del zip está dañado");
    const [metodo, comprimido, size] = [d.getUint16(i + 10, true), d.getUint32(i + 20, true), d.getUint32(i + 24, true)];
    const [ln, le, lc, pos] = [d.getUint16(i + 28, true), d.getUint16(i + 30, true), d.getUint16(i + 32, true), d.getUint32(i + 42, true)];
    const nombre = aTexto(dir.slice(i + 46, i + 46 + ln));
    i += 46 + ln + le + lc;
    if (nombre.endsWith("/")) continue;
    const leer = async () => {
      const c = vista(await trozo(pos, pos + 30));
      const inicio = pos + 30 + c.getUint16(26, true) + c.getUint16(28, true);
      const crudo = await trozo(inicio, inicio + comprimido);
      if (metodo === 0) return crudo;
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
      return unir(...partes);
    };
    entradas.set(nombre, { size, leer });
  }
  return entradas;
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
