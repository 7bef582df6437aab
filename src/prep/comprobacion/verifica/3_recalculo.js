// Every figure of a corte computed again from its CSV, with integers, and compared with what the corte publishes.

const MARCAS = ["Ilegible", "Sin dato"];
const vacia = (c) => c === "" || c === "-";
const SUMARIO = [
  "actas_esperadas", "actas_registradas", "actas_fuera_catalogo", "actas_capturadas", "porcentaje_actas_capturadas",
  "actas_contabilizadas", "porcentaje_actas_contabilizadas", "porcentaje_actas_inconsistencias", "actas_no_contabilizadas",
  "lista_nominal_actas_contabilizadas", "total_votos_c_cs", "total_votos_s_cs", "porcentaje_participacion_ciudadana",
];

function porCiento(parte, todo) {
  if (!todo) return undefined;
  const d = (BigInt(parte) * 1000000n) / BigInt(todo);
  return `${d / 10000n}.${String(d % 10000n).padStart(4, "0")}`;
}

function leerCsv(texto) {
  const filas = [];
  let fila = [];
  let i = 0;
  const n = texto.length;
  while (i < n) {
    if (texto[i] === '"') {
      let celda = "";
      i++;
      for (;;) {
        const j = texto.indexOf('"', i);
        if (j < 0) throw new NoCoincide("el CSV tiene comillas sin cerrar");
        celda += texto.slice(i, j);
        i = j + 1;
        if (texto[i] !== '"') break;
        celda += '"';
        i++;
      }
      fila.push(celda);
    } else {
      let j = i;
      while (j < n && texto[j] !== "," && texto[j] !== "\n" && texto[j] !== "\r") j++;
      fila.push(texto.slice(i, j));
      i = j;
    }
    if (texto[i] === ",") { i++; if (i === n || texto[i] === "\r" || texto[i] === "\n") fila.push(""); }
    if (i >= n || texto[i] === "\r" || texto[i] === "\n") {
      if (texto[i] === "\r" && texto[i + 1] === "\n") i++;
      i++;
      filas.push(fila.length === 1 && fila[0] === "" ? [] : fila);
      fila = [];
    }
  }
  return filas;
}

async function csvDe(paquete, abreviatura) {
  const bases = new Map();
  for (const [nombre, e] of await leerZip(paquete)) {
    if (!nombre.endsWith(".zip")) continue;
    for (const [interno, x] of await leerZip(await e.leer())) {
      const m = /^([A-Z]+)_([A-Z0-9_]+)_\d{4}\.csv$/.exec(interno);
      if (m && m[1] === abreviatura && !m[2].endsWith("_CANDIDATURAS")) {
        if (bases.has(m[2])) throw new NoCoincide(`hay dos bases de datos de ${m[2]}`);
        bases.set(m[2], await x.leer());
      }
    }
  }
  return bases;
}

const numero = (c) => (/^[0-9]{1,11}$/.test(c) ? Number(c) : null);

function leerBase(datos, eleccion, mezclaCuenta) {
  const lineas = leerCsv(aTexto(datos).replace(/^\ufeff/, ""));
  const iSumario = lineas.findIndex((l) => l[0] === "ACTAS_ESPERADAS");
  const iColumnas = lineas.findIndex((l) => l[0] === "CLAVE_CASILLA");
  if (iSumario < 0 || iColumnas < 0) throw new NoCoincide("el CSV no trae sus renglones ACTAS_ESPERADAS y CLAVE_CASILLA");
  const sumario = Object.fromEntries(lineas[iSumario].map((n, i) => [n.toLowerCase(), lineas[iSumario + 1][i]]));
  const columnas = lineas[iColumnas];
  const lugar = Object.fromEntries(columnas.map((c, i) => [c, i]));
  const agrupa = eleccion.agrupa === "municipio" ? "ID_MUNICIPIO" : "ID_DISTRITO_LOCAL";
  const deVotos = eleccion.columnas.map((c) => c.clave);
  for (const c of [agrupa, "CLAVE_ACTA", "SECCION", "TIPO_CASILLA", "CONTABILIZADA", "OBSERVACIONES", "CODIGO_INTEGRIDAD", ...deVotos]) {
    if (!(c in lugar)) throw new NoCoincide(`al CSV de ${eleccion.clave} le falta la columna ${c}`);
  }
  const propias = new Map(eleccion.demarcaciones.map((d) => [d.id, deVotos.filter((c) => d.columnas.includes(c))]));
  const filas = [];
  const defectos = [];
  const vistas = new Set();
  for (let i = iColumnas + 1; i < lineas.length; i++) {
    const l = lineas[i];
    if (!l.length) continue;
    if (l.length !== columnas.length) throw new NoCoincide(`el renglón ${i + 1} del CSV no trae todas sus celdas`);
    const celda = (c) => l[lugar[c]] ?? "";
    const f = {
      clave: celda("CLAVE_ACTA"), demarcacion: numero(celda(agrupa)), seccion: numero(celda("SECCION")), tipo: celda("TIPO_CASILLA"),
      cuenta: celda("CONTABILIZADA"), observaciones: celda("OBSERVACIONES"), celda, votos: {}, suma: 0,
      imagen: esSha256(celda("CODIGO_INTEGRIDAD").toLowerCase()) ? celda("CODIGO_INTEGRIDAD").toLowerCase() : null,
    };
    if (!["0", "1", "2", "-", ""].includes(f.cuenta)) throw new NoCoincide(`renglón ${i + 1}: CONTABILIZADA no se entiende`);
    if (f.cuenta !== "2" && !propias.has(f.demarcacion)) throw new NoCoincide(`renglón ${i + 1}: esa demarcación no existe en el proceso`);
    for (const c of propias.get(f.demarcacion) ?? deVotos) {
      const v = celda(c);
      if (/^[0-9]{1,9}$/.test(v)) { f.votos[c] = Number(v); f.suma += Number(v); }
      else if (MARCAS.includes(v)) f.votos[c] = v;
      else if (vacia(v)) f.votos[c] = null;
      else throw new NoCoincide(`renglón ${i + 1}, ${c}: «${v.slice(0, 20)}» no es un número, Ilegible ni Sin dato`);
    }
    filas.push(f);
    if (f.cuenta === "2") continue;
    if (vistas.has(f.clave)) defectos.push(`el acta ${f.clave} está dos veces`);
    vistas.add(f.clave);
    for (const d of defectosDe(f, mezclaCuenta)) defectos.push(`acta ${f.clave}: ${d}`);
  }
  return { sumario, filas, defectos };
}

function* defectosDe(f, mezclaCuenta) {
  const valores = Object.values(f.votos);
  const sinActa = f.observaciones.includes("Sin acta(");
  if (vacia(f.cuenta) || sinActa) {
    if (valores.some((v) => v !== null)) yield "trae votos sin estar capturada";
    if (sinActa && f.cuenta !== "0") yield "no tiene acta y aparece contabilizada";
    return;
  }
  if (valores.includes(null)) { yield "está capturada y tiene celdas de votos vacías"; return; }
  const ilegible = valores.includes("Ilegible");
  const legible = valores.some((v) => typeof v === "number") || (mezclaCuenta && ilegible && valores.includes("Sin dato"));
  if (f.celda("TOTAL_VOTOS_CALCULADO") !== String(f.suma)) yield `el total calculado no es ${f.suma}, lo que suman sus votos`;
  const deben = {
    "Todos los campos ilegibles": !legible && ilegible, "Todos los campos vacíos": !legible && !ilegible,
    Ilegible: legible && ilegible, "Sin dato": legible && valores.includes("Sin dato"),
  };
  for (const [texto, debe] of Object.entries(deben)) if (f.observaciones.includes(texto) !== debe) yield `la observación «${texto}» ${debe ? "falta" : "sobra"}`;
  const lista = numero(f.celda("LISTA_NOMINAL"));
  const excede = f.observaciones.includes("Excede");
  if (!["S", "M"].includes(f.tipo) && lista !== null && excede !== f.suma > lista + (numero(f.celda("REPRESENTANTES_PP_CI")) ?? 0)) yield `la observación «Excede» ${excede ? "sobra" : "falta"}`;
  if ((f.cuenta === "1") !== (legible && !excede)) yield "CONTABILIZADA no corresponde a lo que trae el acta";
}

class Cifras {
  constructor() { this.c = { fuera: 0, esperadas: 0, capturadas: 0, inconsistentes: 0, contabilizadas: 0, total: 0, especiales: 0, lista: 0 }; this.votos = {}; }

  acta(f) {
    const c = this.c;
    if (f.cuenta === "2") { c.fuera++; return; }
    c.esperadas++;
    if (vacia(f.cuenta)) return;
    c.capturadas++;
    if (f.observaciones.includes("Excede") || Object.values(f.votos).some((v) => MARCAS.includes(v))) c.inconsistentes++;
    if (f.cuenta !== "1") return;
    c.contabilizadas++;
    c.total += f.suma;
    if (f.tipo === "S") c.especiales += f.suma;
    else c.lista += numero(f.celda("LISTA_NOMINAL")) ?? 0;
    for (const [k, v] of Object.entries(f.votos)) if (typeof v === "number") this.votos[k] = (this.votos[k] ?? 0) + v;
  }

  mas(o) {
    for (const k in o.c) this.c[k] += o.c[k];
    for (const k in o.votos) this.votos[k] = (this.votos[k] ?? 0) + o.votos[k];
  }

  estadistica(cierre) {
    const c = this.c;
    const hay = c.contabilizadas > 0;
    const sin = c.total - c.especiales;
    const v = [
      c.esperadas, c.capturadas + c.fuera, c.fuera, c.capturadas, porCiento(c.capturadas, c.esperadas), c.contabilizadas,
      porCiento(c.contabilizadas, c.esperadas), porCiento(c.inconsistentes, c.esperadas), c.capturadas - c.contabilizadas,
      ...(hay ? [c.lista, c.total, sin, porCiento(cierre ? c.total : sin, c.lista)] : [undefined, undefined, undefined, undefined]),
    ];
    return Object.fromEntries(SUMARIO.map((n, i) => [n, v[i]]));
  }
}

function repartir(votos, eleccion, d, orden) {
  const candidaturas = {};
  const partidos = {};
  const columnas = eleccion.columnas.filter((c) => d.columnas.includes(c.clave));
  for (const c of columnas) {
    if (c.tipo === "no_registradas" || c.tipo === "nulos") continue;
    const duenas = d.candidaturas.filter((k) => k.clave === c.clave || (["partido", "combinacion"].includes(c.tipo) && c.partidos.every((p) => k.partidos.includes(p))));
    if (duenas.length !== 1) throw new NoCoincide(`la columna ${c.clave} no es de una sola candidatura en ${d.nombre}`);
    candidaturas[duenas[0].clave] = (candidaturas[duenas[0].clave] ?? 0) + (votos[c.clave] ?? 0);
    if (c.tipo !== "combinacion") partidos[c.clave] = [votos[c.clave] ?? 0, 0];
  }
  for (const c of columnas) {
    if (c.tipo !== "combinacion") continue;
    const v = votos[c.clave] ?? 0;
    const parte = Math.floor(v / c.partidos.length);
    const sobran = v % c.partidos.length;
    const fila = [...c.partidos].sort((a, b) => partidos[b][0] - partidos[a][0] || orden.indexOf(a) - orden.indexOf(b));
    fila.forEach((p, i) => { partidos[p][1] += parte + (i < sobran ? 1 : 0); });
  }
  return { candidaturas, partidos };
}

function calcular(base, eleccion, orden) {
  const entidad = new Cifras();
  const demarcaciones = new Map(eleccion.demarcaciones.map((d) => [d.id, new Cifras()]));
  const secciones = new Map();
  for (const f of base.filas) {
    if (f.cuenta === "2") { entidad.acta(f); continue; }
    const k = `${f.demarcacion}/${f.seccion}`;
    if (!secciones.has(k)) secciones.set(k, new Cifras());
    secciones.get(k).acta(f);
    demarcaciones.get(f.demarcacion).acta(f);
  }
  const reparto = new Map([[null, { candidaturas: {}, partidos: {} }]]);
  const todo = reparto.get(null);
  for (const d of eleccion.demarcaciones) {
    entidad.mas(demarcaciones.get(d.id));
    const r = repartir(demarcaciones.get(d.id).votos, eleccion, d, orden);
    reparto.set(d.id, r);
    for (const [k, v] of Object.entries(r.candidaturas)) todo.candidaturas[k] = (todo.candidaturas[k] ?? 0) + v;
    for (const [k, [a, b]] of Object.entries(r.partidos)) { const p = todo.partidos[k] ?? [0, 0]; todo.partidos[k] = [p[0] + a, p[1] + b]; }
  }
  return { entidad, demarcaciones, secciones, reparto };
}

// --- comparing ---

function* compararEleccion(eleccion, base, calculo, cierre, leer, ofrecidas) {
  const e = eleccion.clave;
  for (const d of base.defectos) yield `${e}: ${d}`;
  const debe = calculo.entidad.estadistica(cierre);
  for (const n of SUMARIO) {
    const dicho = base.sumario[n];
    const bien = debe[n] === undefined ? dicho === "0" || vacia(dicho ?? "x") : dicho === String(debe[n]) || (debe[n] === "0.0000" && dicho === "0");
    if (!bien) yield `${e}: el encabezado del CSV dice ${n.toUpperCase()} = ${dicho} y se calcula ${debe[n] ?? "nada"}`;
  }
  const resumenJson = leer(`${e}/resumen.json`);
  yield* compararLugar(`${e}, entidad`, resumenJson, calculo.entidad, calculo.reparto.get(null), cierre);
  const filas = new Map(base.filas.filter((f) => f.cuenta !== "2").map((f) => [f.clave, f]));
  const publicadas = new Map(resumenJson.demarcaciones.map((d) => [d.id, d]));
  if (publicadas.size !== eleccion.demarcaciones.length) yield `${e}: el resumen no trae las demarcaciones del proceso`;
  for (const d of eleccion.demarcaciones) {
    const cifras = calculo.demarcaciones.get(d.id);
    const donde = `${e}, ${d.nombre}`;
    if (cifras.c.esperadas !== d.actas_esperadas) yield `${donde}: el proceso espera ${d.actas_esperadas} actas y el CSV lista ${cifras.c.esperadas}`;
    const detalle = leer(`${e}/demarcacion/${d.id}.json`);
    for (const p of [publicadas.get(d.id), detalle]) {
      if (!p) yield `${donde}: no está en el resumen`;
      else yield* compararLugar(donde, p, cifras, calculo.reparto.get(d.id), cierre);
    }
    for (const s of detalle.secciones) {
      const c = calculo.secciones.get(`${d.id}/${s.seccion}`);
      if (!c) { yield `${donde}: la sección ${s.seccion} no está en el CSV`; continue; }
      yield* compararLugar(`${donde}, sección ${s.seccion}`, s, c, repartir(c.votos, eleccion, d, []), cierre);
      for (const casilla of s.casillas) for (const a of casilla.actas) {
        const f = filas.get(a.clave);
        filas.delete(a.clave);
        if (!f || f.demarcacion !== d.id || f.seccion !== s.seccion) yield `${donde}: el acta ${a.clave} de la página no está así en el CSV`;
        else yield* compararActa(a, f, ofrecidas);
      }
    }
  }
  for (const k of filas.keys()) yield `${e}: el acta ${k} está en el CSV y no en las páginas`;
}

function* compararLugar(donde, p, cifras, reparto, cierre) {
  for (const [n, v] of Object.entries(cifras.estadistica(cierre))) {
    if (p.nivel !== "entidad" && (n === "actas_fuera_catalogo" || n === "actas_registradas")) continue;
    if (p.estadistica[n] !== v) yield `${donde}: ${n} dice ${p.estadistica[n] ?? "nada"} y se calcula ${v ?? "nada"}`;
  }
  const total = cifras.c.total;
  if (p.total !== total) yield `${donde}: el total dice ${p.total} y se calcula ${total}`;
  const par = function* (quien, dicho, votos) {
    if (dicho.votos !== votos || dicho.porcentaje !== porCiento(votos, total)) yield `${donde}, ${quien}: dice ${dicho.votos} votos (${dicho.porcentaje ?? "-"} %) y se calculan ${votos} (${porCiento(votos, total) ?? "-"} %)`;
  };
  yield* par("no registradas", p.no_registradas, cifras.votos.NO_REGISTRADAS ?? 0);
  yield* par("nulos", p.nulos, cifras.votos.NULOS ?? 0);
  const listas = [[p.por_candidatura, Object.entries(reparto.candidaturas).map(([k, v]) => [k, v, null])]];
  if (p.por_partido) listas.push([p.por_partido, Object.entries(reparto.partidos).map(([k, [a, b]]) => [k, a + b, [a, b]])]);
  for (const [dichas, deben] of listas) {
    if (dichas.length !== deben.length) yield `${donde}: no son los contendientes que el proceso registra`;
    for (const [k, votos, partes] of deben) {
      const dicho = dichas.find((x) => x.clave === k);
      if (!dicho) { yield `${donde}: falta ${k}`; continue; }
      yield* par(k, dicho, votos);
      if (partes && (dicho.propios !== partes[0] || dicho.coalicion !== partes[1])) yield `${donde}, ${k}: el reparto de la coalición no es el que se calcula`;
    }
  }
}

function* compararActa(a, f, ofrecidas) {
  const cuenta = vacia(f.cuenta) ? undefined : Number(f.cuenta);
  if (a.contabilizada !== cuenta) yield `acta ${f.clave}: la página y el CSV no dicen lo mismo sobre si se contabiliza`;
  const dichos = a.valores ? a.valores.votos : {};
  const deben = Object.entries(f.votos).filter(([, v]) => v !== null);
  if (Object.keys(dichos).length !== deben.length || deben.some(([k, v]) => dichos[k] !== v)) yield `acta ${f.clave}: los votos de la página no son los del CSV`;
  if ((a.imagen ? a.imagen.sha256 : null) !== f.imagen) yield `acta ${f.clave}: el código de integridad de la página no es el del CSV`;
  else if (a.imagen?.ruta !== undefined) {
    ofrecidas.add(f.imagen);
    if (a.imagen.ruta !== rutaImagen(f.imagen)) yield `acta ${f.clave}: la página lleva a otra imagen`;
  }
}
