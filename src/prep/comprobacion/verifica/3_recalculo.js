// Every document of a corte as its actas make it, with integers, to be compared with what the corte publishes. Written
// apart from `prep.comprobacion.recalculo` and `documentos`, with the same words.

const MARCAS = ["Ilegible", "Sin dato"];
const FUERA = "Fuera de Catálogo";
const POR_PTO = "Identificación por proceso técnico operativo";
const vacia = (c) => c === "" || c === "-";
const SUMARIO = [
  "actas_esperadas", "actas_registradas", "actas_fuera_catalogo", "actas_capturadas", "porcentaje_actas_capturadas",
  "actas_contabilizadas", "porcentaje_actas_contabilizadas", "porcentaje_actas_inconsistencias", "actas_no_contabilizadas",
  "lista_nominal_actas_contabilizadas", "total_votos_c_cs", "total_votos_s_cs", "porcentaje_participacion_ciudadana",
];
const TOTALES = ["boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados"];
const dos = (n, ancho = 2) => String(n).padStart(ancho, "0");

function porCiento(parte, todo) {
  if (!todo) return undefined;
  const d = (BigInt(parte) * 1000000n) / BigInt(todo);
  return `${d / 10000n}.${String(d % 10000n).padStart(4, "0")}`;
}

function leerCsv(datos) {
  const texto = deUtf8(datos, "el CSV").replace(/^\ufeff/, "");
  const filas = [];
  let fila = [];
  let i = 0;
  const n = texto.length;
  if (texto.includes("\0")) throw new NoCoincide("el CSV trae un carácter nulo");
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
      if (i < n && !",\r\n".includes(texto[i])) throw new NoCoincide("el CSV trae texto después de unas comillas");
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

// Election key -> its tables, out of the zip of zips.
async function paquetesDe(datos, abreviatura) {
  const paquetes = new Map();
  const gasto = { bytes: 0 };
  for (const [nombre, interior] of await leerPaquete(datos, gasto)) {
    const tablas = await leerPaquete(interior, gasto);
    const resultados = [...tablas.keys()].filter((x) => /^[^_]+_[A-Z0-9_]+_\d{4}\.csv$/.test(x) && x.startsWith(`${abreviatura}_`) && !/_CANDIDATURAS_\d{4}\.csv$/.test(x));
    if (resultados.length !== 1) throw new NoCoincide(`la base de datos trae ${nombre}, que no es de una elección, y solo una`);
    const [tabla] = resultados;
    const clave = tabla.slice(abreviatura.length + 1, -9);
    if (paquetes.has(clave)) throw new NoCoincide(`hay dos bases de datos de ${clave}`);
    const candidaturas = `${abreviatura}_${clave}_CANDIDATURAS_${tabla.slice(-8, -4)}.csv`;
    if (!tablas.has(candidaturas)) throw new NoCoincide(`${nombre} no trae ${candidaturas}`);
    const otros = [...tablas.keys()].filter((x) => x !== tabla && x !== candidaturas);
    paquetes.set(clave, { nombre, resultados: tablas.get(tabla), candidaturas: tablas.get(candidaturas), otros });
  }
  return paquetes;
}

const numero = (c) => (/^[0-9]{1,9}$/.test(c) ? Number(c) : null);

function leerBase(datos, eleccion, proceso) {
  const lineas = leerCsv(datos);
  const inicio = lineas.slice(0, 20).findIndex((l) => l[0] === "CLAVE_CASILLA");
  if (inicio < 0) throw new NoCoincide("el CSV no trae su renglón CLAVE_CASILLA");
  const columnas = lineas[inicio];
  const lugar = Object.create(null);
  columnas.forEach((c, i) => { lugar[c] = i; });
  if (Object.keys(lugar).length !== columnas.length) throw new NoCoincide("el CSV repite una columna");
  const agrupa = columnasDemarcacion(eleccion)[0];
  const deVotos = eleccion.columnas.map((c) => c.clave);
  for (const c of [agrupa, "CLAVE_CASILLA", "CLAVE_ACTA", "SECCION", "TIPO_CASILLA", "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI", "OBSERVACIONES", "CONTABILIZADA", "CODIGO_INTEGRIDAD", ...deVotos]) {
    if (!(c in lugar)) throw new NoCoincide(`al CSV de ${eleccion.clave} le faltan columnas: ${c}`);
  }
  const propias = new Map(eleccion.demarcaciones.map((d) => [d.id, deVotos.filter((c) => d.columnas.includes(c))]));
  const filas = [];
  const defectos = [];
  const vistas = new Set();
  for (let i = inicio + 1; i < lineas.length; i++) {
    const l = lineas[i];
    if (l.length !== columnas.length) throw new NoCoincide(`el renglón ${i + 1} del CSV trae ${l.length} celdas y deben ser ${columnas.length}`);
    const celda = (c) => l[lugar[c]] ?? "";
    const codigo = celda("CODIGO_INTEGRIDAD").toLowerCase();
    const f = {
      clave: celda("CLAVE_ACTA"), demarcacion: numero(celda(agrupa)), seccion: numero(celda("SECCION")), tipo: celda("TIPO_CASILLA"),
      cuenta: celda("CONTABILIZADA"), observaciones: celda("OBSERVACIONES"), celda, celdas: l, votos: sinNada(), suma: 0, imagen: esSha256(codigo) ? codigo : null,
    };
    if (!["0", "1", "2", "-", ""].includes(f.cuenta)) throw new NoCoincide(`renglón ${i + 1}: CONTABILIZADA dice «${f.cuenta.slice(0, 20)}»`);
    if (f.cuenta !== "2" && !propias.has(f.demarcacion)) throw new NoCoincide(`renglón ${i + 1}: la demarcación ${celda(agrupa).slice(0, 20)} no existe en el proceso`);
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
    for (const d of defectosDe(f, proceso)) defectos.push(`acta ${f.clave}: ${d}`);
  }
  return { cabeza: lineas.slice(0, inicio), columnas, filas, defectos };
}

// The most votes an acta can hold and still count; null where nothing bounds them.
function limiteDe(proceso, casilla, lista, representantes) {
  if (casilla[6] === "S") return (proceso.boletas[casilla] ?? proceso.parametros.boletas_especiales) + representantes;
  return "APVM".includes(casilla[6]) && !lista ? null : lista + representantes;
}

function* defectosDe(f, proceso) {
  const valores = Object.values(f.votos);
  const obs = f.observaciones;
  if (vacia(f.cuenta) || /^Sin acta\([1-4]\)$/.test(obs)) {
    if (valores.some((v) => v !== null)) yield "trae votos sin estar capturada";
    if (vacia(f.cuenta) && !vacia(obs)) yield `no está capturada y trae la observación «${obs.slice(0, 40)}»`;
    if (f.cuenta === "1") yield "no tiene acta y aparece contabilizada";
    return;
  }
  if (valores.includes(null)) { yield "está capturada y tiene celdas de votos vacías"; return; }
  const ilegible = valores.includes("Ilegible");
  const legible = valores.some((v) => typeof v === "number") || (proceso.parametros.mezcla_cuenta && ilegible && valores.includes("Sin dato"));
  if (f.celda("TOTAL_VOTOS_CALCULADO") !== String(f.suma)) yield `el total calculado dice «${f.celda("TOTAL_VOTOS_CALCULADO").slice(0, 12)}» y los votos suman ${f.suma}`;
  const limite = limiteDe(proceso, f.celda("CLAVE_CASILLA"), numero(f.celda("LISTA_NOMINAL")) ?? 0, numero(f.celda("REPRESENTANTES_PP_CI")) ?? 0);
  const excede = limite !== null && f.suma > limite;
  const deben = excede ? ["Excede Lista Nominal"] : [];
  if (legible) deben.push(...MARCAS.filter((m) => valores.includes(m)));
  else deben.push(ilegible ? "Todos los campos ilegibles" : "Todos los campos vacíos");
  const debe = deben.join(", ");
  if (obs !== debe && obs !== [...deben, POR_PTO].join(", ")) yield `las observaciones dicen «${obs.slice(0, 80)}» y deben ser «${debe}»`;
  if ((f.cuenta === "1") !== (legible && !excede)) yield "CONTABILIZADA no corresponde a lo que trae el acta";
}

class Cifras {
  constructor() { this.c = { fuera: 0, esperadas: 0, capturadas: 0, inconsistentes: 0, contabilizadas: 0, total: 0, especiales: 0, lista: 0 }; this.votos = sinNada(); }

  acta(f) {
    const c = this.c;
    c.esperadas++;
    if (vacia(f.cuenta)) return;
    c.capturadas++;
    if (f.observaciones.startsWith("Excede") || Object.values(f.votos).some((v) => MARCAS.includes(v))) c.inconsistentes++;
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
      ...(hay ? [c.lista, c.total, sin, porCiento(cierre ? c.total : sin, c.lista)] : []),
    ];
    return Object.fromEntries(SUMARIO.map((n, i) => [n, v[i]]).filter(([, x]) => x !== undefined));
  }
}

function repartir(votos, eleccion, d) {
  const candidaturas = Object.fromEntries(d.candidaturas.map((k) => [k.clave, 0]));
  const partidos = sinNada();
  const columnas = eleccion.columnas.filter((c) => d.columnas.includes(c.clave));
  const lugar = (p) => { const i = eleccion.empates.indexOf(p); return i < 0 ? eleccion.empates.length : i; };
  for (const c of columnas) {
    if (c.tipo === "no_registradas" || c.tipo === "nulos") continue;
    const duenas = d.candidaturas.filter((k) => k.clave === c.clave || (["partido", "combinacion"].includes(c.tipo) && c.partidos.every((p) => k.partidos.includes(p))));
    if (duenas.length !== 1) throw new NoCoincide(`la columna ${c.clave} no es de una sola candidatura en ${d.nombre}`);
    candidaturas[duenas[0].clave] += votos[c.clave] ?? 0;
    if (c.tipo !== "combinacion") partidos[c.clave] = [votos[c.clave] ?? 0, 0];
  }
  for (const c of columnas) {
    if (c.tipo !== "combinacion") continue;
    const v = votos[c.clave] ?? 0;
    const sobran = v % c.partidos.length;
    const parte = (v - sobran) / c.partidos.length;
    const fila = [...c.partidos].sort((a, b) => partidos[b][0] - partidos[a][0] || lugar(a) - lugar(b));
    fila.forEach((p, i) => { partidos[p][1] += parte + (i < sobran ? 1 : 0); });
  }
  return { candidaturas, partidos };
}

function calcular(base, eleccion) {
  const entidad = new Cifras();
  const demarcaciones = new Map(eleccion.demarcaciones.map((d) => [d.id, new Cifras()]));
  const secciones = new Map(eleccion.demarcaciones.map((d) => [d.id, new Map()]));
  let fuera = 0;
  for (const f of base.filas) {
    if (f.cuenta === "2") {
      fuera++;
      if (demarcaciones.has(f.demarcacion)) demarcaciones.get(f.demarcacion).c.fuera++;
      continue;
    }
    if (f.seccion === null) throw new NoCoincide(`el acta ${f.clave} no dice su sección`);
    const suyas = secciones.get(f.demarcacion);
    if (!suyas.has(f.seccion)) suyas.set(f.seccion, new Cifras());
    suyas.get(f.seccion).acta(f);
    demarcaciones.get(f.demarcacion).acta(f);
  }
  const todo = { candidaturas: sinNada(), partidos: sinNada() };
  const reparto = new Map([[null, todo]]);
  for (const d of eleccion.demarcaciones) {
    entidad.mas(demarcaciones.get(d.id));
    const r = repartir(demarcaciones.get(d.id).votos, eleccion, d);
    reparto.set(d.id, r);
    for (const [k, v] of Object.entries(r.candidaturas)) todo.candidaturas[k] = (todo.candidaturas[k] ?? 0) + v;
    for (const [k, [a, b]] of Object.entries(r.partidos)) { const p = todo.partidos[k] ?? [0, 0]; todo.partidos[k] = [p[0] + a, p[1] + b]; }
  }
  entidad.c.fuera = fuera;
  return { entidad, demarcaciones, secciones, reparto };
}

// --- comparing ---

const esObjeto = (v) => typeof v === "object" && v !== null && !Array.isArray(v);
const breve = (v) => (typeof v === "object" && v !== null ? `${Object.keys(v).length} datos` : String(v).slice(0, 60));
function cual(x, i) {
  if (esObjeto(x)) for (const k of ["clave", "nombre", "seccion", "id", "ruta"]) if (k in x) return k === "seccion" ? `sección ${x[k]}` : String(x[k]);
  return String(i + 1);
}

function* diferencias(donde, p, d) {
  if (esObjeto(p) && esObjeto(d)) {
    for (const k of [...new Set([...Object.keys(p), ...Object.keys(d)])].sort()) {
      if (!(k in p)) yield `${donde}, ${k}: no dice nada y se calcula ${breve(d[k])}`;
      else if (!(k in d)) yield `${donde}, ${k}: dice ${breve(p[k])} y no debe decir nada`;
      else if (p[k] !== d[k]) yield* diferencias(`${donde}, ${k}`, p[k], d[k]);
    }
  } else if (Array.isArray(p) && Array.isArray(d)) {
    if (p.length !== d.length) yield `${donde}: trae ${p.length} y deben ser ${d.length}`;
    for (let i = 0; i < Math.min(p.length, d.length); i++) if (p[i] !== d[i]) yield* diferencias(`${donde}, ${cual(d[i], i)}`, p[i], d[i]);
  } else if (p !== d) yield `${donde}: dice ${breve(p)} y se calcula ${breve(d)}`;
}

// --- the tables ---

const seguro = (t) => (/^[=+\-@\t\r\n＝＋－＠]/.test(t) ? `'${t}` : t);
const columnasDemarcacion = (e) => (e.agrupa === "municipio" ? ["ID_MUNICIPIO", "MUNICIPIO"] : ["ID_DISTRITO_LOCAL", "DISTRITO_LOCAL"]);
const columnasDe = (e) => [
  "CLAVE_CASILLA", "CLAVE_ACTA", "ID_ENTIDAD", "ENTIDAD", ...columnasDemarcacion(e), "SECCION", "ID_CASILLA", "TIPO_CASILLA",
  "EXT_CONTIGUA", "UBICACION_CASILLA", "TIPO_ACTA", "TOTAL_BOLETAS_SOBRANTES", "TOTAL_PERSONAS_VOTARON",
  "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS", ...e.columnas.map((c) => seguro(c.clave)), "TOTAL_VOTOS_ASENTADO",
  "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI", "OBSERVACIONES", "CONTABILIZADA", "MECANISMOS_TRASLADO",
  "CODIGO_INTEGRIDAD", "FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION", "ORIGEN", "DIGITALIZACION",
  "TIPO_DOCUMENTO", "COTEJADA",
];

function cabezaDe(e, m, cifras) {
  const [titulo, h] = [e.nombre.toUpperCase(), m.hora];
  const huso = `(UTC${h[19]}${Number(h.slice(20, 22))}${h.slice(23) === "00" ? "" : `:${h.slice(23)}`})`;
  const ceros = cifras.actas_registradas === 0;
  const valor = (n) => {
    if (!ceros || n === "actas_esperadas") return String(cifras[n] ?? "");
    return /^(actas_|porcentaje_actas_)/.test(n) || n === "total_votos_s_cs" ? "0" : "";
  };
  return [
    [seguro(m.modo === "jornada" ? titulo : `${m.modo.toUpperCase()} - ${titulo}`)],
    [`${h.slice(8, 10)}/${h.slice(5, 7)}/${h.slice(0, 4)} ${h.slice(11, 16)} ${huso}`],
    SUMARIO.map((n) => n.toUpperCase()), SUMARIO.map(valor), [],
  ];
}

function tablaCandidaturas(proceso, e) {
  const estatal = e.ambito === "entidad";
  const filas = [["ID_ENTIDAD", ...(estatal ? [] : [columnasDemarcacion(e)[0]]), "PARTIDO_CI", "CANDIDATURA_PROPIETARIA", "CANDIDATURA_SUPLENTE"]];
  const vistas = new Set();
  for (const d of e.demarcaciones) for (const c of d.candidaturas) {
    const k = `${estatal ? "" : d.id}/${c.clave}`;
    if (vistas.has(k)) continue;
    vistas.add(k);
    filas.push([dos(proceso.entidad.id), ...(estatal ? [] : [dos(d.id, 3)]), seguro(c.clave), seguro(c.propietaria ?? ""), seguro(c.suplente ?? "")]);
  }
  return filas;
}

const fecha = (iso) => (iso ? `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}` : "");

function renglonDe(proceso, e, pendiente, d, seccion, casilla, acta) {
  const texto = (v) => String(v ?? "");
  const fila = [
    casilla.clave, acta.clave, dos(proceso.entidad.id), seguro(proceso.entidad.nombre), dos(d.id, 3), seguro(d.nombre), dos(seccion, 4),
    dos(casilla.id), casilla.tipo, dos(casilla.extension), texto(casilla.ubicacion), acta.clave.slice(11),
  ];
  const catalogo = [texto(casilla.lista_nominal), texto(acta.representantes)];
  const [mecanismos, obs, v] = [seguro(acta.mecanismos ?? ""), acta.observaciones.join(", "), acta.valores];
  if (!v) {
    const sinActa = "contabilizada" in acta;
    const [o, c] = sinActa ? [obs, texto(acta.contabilizada)] : [pendiente, pendiente];
    return [...fila, ...Array(TOTALES.length + e.columnas.length + 2).fill(""), ...catalogo, o, c, mecanismos, ...Array(7).fill(""), sinActa ? "0" : ""];
  }
  return [
    ...fila, ...TOTALES.map((t) => texto(v[t])), ...e.columnas.map((c) => texto(v.votos[c.clave])), texto(v.total_asentado), texto(v.total_calculado),
    ...catalogo, obs, texto(acta.contabilizada), mecanismos, acta.imagen.sha256, fecha(acta.acopio), fecha(acta.captura), fecha(acta.verificacion),
    acta.origen, seguro(acta.digitalizacion), seguro(acta.tipo_documento), texto(acta.cotejada),
  ];
}

function renglonFuera(proceso, e, f) {
  const d = e.demarcaciones.find((x) => x.id === f.demarcacion);
  const leido = ["SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA"].map((c) => f.celda(c) || "?");
  return [
    "-", "-", dos(proceso.entidad.id), seguro(proceso.entidad.nombre), f.celda(columnasDemarcacion(e)[0]) || "?", d ? seguro(d.nombre) : "-", ...leido, "3",
    f.celda("TIPO_ACTA") || "?", ...Array(TOTALES.length + e.columnas.length + 4).fill("-"), FUERA, "2", ...Array(9).fill("-"),
  ];
}

const TIPOS = { B: "Básica", C: "Contigua", E: "Extraordinaria", S: "Especial", M: "Voto en el extranjero", V: "Prisión preventiva", P: "Prisión preventiva", A: "Voto anticipado" };
const DE_CASILLA = ["clave", "nombre", "tipo", "id", "extension", "ubicacion", "lista_nominal", "actas"];
const PENDIENTES = ["en_captura", "no_digitalizada", "no_recibida"];
const DE_ACTA = ["clave", "estado", "situacion", "contabilizada", "observaciones", "valores", "representantes", "mecanismos", "imagen", "origen", "digitalizacion", "tipo_documento", "acopio", "captura", "verificacion", "cotejada"];
const DE_VALORES = [...TOTALES, "total_asentado", "total_calculado", "votos"];

// What is odd in a casilla and its acta as the JSON says them, if anything.
function formaDeActa(entidad, seccion, c, a, propias) {
  const nombre = (TIPOS[c.tipo] ?? `Tipo ${c.tipo}`) + (c.tipo === "B" ? "" : ` ${c.id}`) + (c.extension ? ` contigua ${c.extension}` : "");
  if (c.clave !== dos(entidad) + dos(seccion, 4) + c.tipo + dos(c.id) + dos(c.extension) || c.nombre !== nombre) return "la casilla no se llama como sus partes dicen";
  if (a.clave.slice(0, 11) !== c.clave) return "el acta no es de esa casilla";
  const sobra = [[c, DE_CASILLA], [a, DE_ACTA], [a.valores ?? {}, DE_VALORES]].flatMap(([x, deben]) => Object.keys(x).filter((k) => !deben.includes(k)));
  if (sobra.length) return `trae datos de más: ${sobra.sort().join(", ").slice(0, 80)}`;
  const debe = a.valores ? "publicada" : a.observaciones.some((o) => o.startsWith("Sin acta")) ? "sin_acta" : null;
  if (debe ? a.situacion !== debe : !PENDIENTES.includes(a.situacion)) return `dice que su situación es «${a.situacion}» y no es lo que trae`;
  if (a.valores) {
    if (Object.keys(a.valores.votos).join() !== propias.join()) return "sus votos no son los de los recuadros de la boleta";
    if (Object.keys(a.imagen).some((k) => k !== "sha256" && k !== "ruta") || (a.imagen.ruta ?? rutaImagen(a.imagen.sha256)) !== rutaImagen(a.imagen.sha256)) return "la página lleva a otra imagen";
  } else if (["imagen", "origen", "digitalizacion", "tipo_documento", "cotejada"].some((k) => k in a)) return "no está publicada y trae datos de una publicada";
  return null;
}

function* compararActas(proceso, e, base, detalles, ofrecidas) {
  if (base.columnas.join() !== columnasDe(e).join()) { yield `${e.clave}: las columnas del CSV no son las que deben`; return; }
  const pendiente = base.filas.find((f) => vacia(f.cuenta))?.cuenta ?? "-";
  const celdas = function* (f, debe) {
    for (const [i, c] of base.columnas.entries()) if (f.celdas[i] !== debe[i]) yield `acta ${f.clave}: ${c} dice «${f.celdas[i].slice(0, 40)}» en el CSV y «${debe[i].slice(0, 40)}» en la página`;
  };
  let n = 0;
  for (const d of e.demarcaciones) for (const s of detalles.get(d.id).secciones) for (const casilla of s.casillas) {
    if (casilla.actas.length !== 1) throw new NoCoincide(`la casilla ${casilla.clave} no trae un acta, y solo una`);
    const [acta] = casilla.actas;
    const f = base.filas[n++];
    if (f?.clave !== acta.clave) { yield `${e.clave}, ${d.nombre}: el acta ${acta.clave} de la página no está así en el CSV`; return; }
    const raro = formaDeActa(proceso.entidad.id, s.seccion, casilla, acta, d.columnas);
    if (raro) yield `acta ${f.clave}: ${raro}`;
    yield* celdas(f, renglonDe(proceso, e, pendiente, d, s.seccion, casilla, acta));
    if (acta.imagen?.ruta !== undefined) ofrecidas.add(acta.imagen.sha256);
  }
  for (const f of base.filas.slice(n)) {
    if (f.cuenta !== "2") yield `${e.clave}: el acta ${f.clave} está en el CSV y no en las páginas`;
    else yield* celdas(f, renglonFuera(proceso, e, f));
  }
}

// --- the documents ---

function cifrasDe(cifras, suyas, partidos, cierre) {
  const total = cifras.c.total;
  const votos = (v) => { const p = porCiento(v, total); return p === undefined ? { votos: v } : { votos: v, porcentaje: p }; };
  const doc = {
    estadistica: cifras.estadistica(cierre), total,
    por_candidatura: suyas.map(([clave, ps, v]) => ({ clave, partidos: ps, ...votos(v) })),
    no_registradas: votos(cifras.votos.NO_REGISTRADAS ?? 0), nulos: votos(cifras.votos.NULOS ?? 0),
  };
  if (partidos) doc.por_partido = partidos.map(([clave, [propios, coalicion]]) => ({ clave, propios, coalicion, ...votos(propios + coalicion) }));
  return doc;
}

const delLugar = (d, candidaturas) => d.candidaturas.map((c) => [c.clave, c.partidos, candidaturas[c.clave] ?? 0]);
const enOrden = (e, partidos) => e.columnas.filter((c) => c.clave in partidos).map((c) => [c.clave, partidos[c.clave]]);

// Every candidacy of an election, in the order of its columns.
function deLaEntidad(e, candidaturas) {
  const deQuien = new Map();
  for (const d of e.demarcaciones) for (const c of d.candidaturas) if (!deQuien.has(c.clave)) deQuien.set(c.clave, c.partidos);
  const lugar = (k) => e.columnas.findIndex((c) => c.clave === k);
  const orden = (k) => {
    const ps = deQuien.get(k);
    const i = lugar(ps.length && lugar(ps[0]) >= 0 ? ps[0] : k);
    return [i < 0 ? e.columnas.length : i, -ps.length];
  };
  const claves = [...deQuien.keys()].sort((a, b) => { const [x, y] = [orden(a), orden(b)]; return x[0] - y[0] || x[1] - y[1] || (a < b ? -1 : 1); });
  return claves.map((k) => [k, deQuien.get(k), candidaturas[k] ?? 0]);
}

function municipiosDe(proceso, { secciones }, e, calculo, cierre) {
  const suyos = new Map(proceso.municipios.map((m) => [m.id, { cifras: new Cifras(), votos: sinNada() }]));
  for (const d of e.demarcaciones) for (const [s, cifras] of calculo.secciones.get(d.id)) {
    const suyo = suyos.get(secciones[s]?.[1]);
    if (!suyo) continue;
    suyo.cifras.mas(cifras);
    for (const [k, v] of Object.entries(repartir(cifras.votos, e, d).candidaturas)) suyo.votos[k] = (suyo.votos[k] ?? 0) + v;
  }
  return {
    formato: "prep/municipios/1", eleccion: e.clave,
    municipios: proceso.municipios.map(({ id, nombre }) => ({ id, nombre, ...cifrasDe(suyos.get(id).cifras, deLaEntidad(e, suyos.get(id).votos), null, cierre) })),
  };
}

function resumenDe(e, calculo, cierre) {
  const todo = calculo.reparto.get(null);
  return {
    formato: "prep/resumen/1", eleccion: e.clave, nivel: "entidad",
    ...cifrasDe(calculo.entidad, deLaEntidad(e, todo.candidaturas), enOrden(e, todo.partidos), cierre),
    demarcaciones: e.demarcaciones.map((d) => ({ id: d.id, nombre: d.nombre, ...cifrasDe(calculo.demarcaciones.get(d.id), delLugar(d, calculo.reparto.get(d.id).candidaturas), null, cierre) })),
  };
}

function demarcacionDe(e, d, calculo, cierre, casillas) {
  const [cifras, reparto] = [calculo.demarcaciones.get(d.id), calculo.reparto.get(d.id)];
  return {
    formato: "prep/demarcacion/1", eleccion: e.clave, nivel: "demarcacion", id: d.id, nombre: d.nombre,
    ...cifrasDe(cifras, delLugar(d, reparto.candidaturas), enOrden(e, reparto.partidos), cierre),
    secciones: [...calculo.secciones.get(d.id)].map(([s, c]) => ({ seccion: s, ...cifrasDe(c, delLugar(d, repartir(c.votos, e, d).candidaturas), null, cierre), casillas: casillas.get(s) ?? [] })),
    fuera_de_catalogo: Array.from({ length: cifras.c.fuera }, () => ({ clave: "-", estado: "fuera_de_catalogo", contabilizada: 2, observaciones: [FUERA] })),
  };
}

const especialesDe = (e, detalles) => ({
  formato: "prep/especiales/1", eleccion: e.clave,
  casillas: e.demarcaciones.flatMap((d) => detalles.get(d.id).secciones.flatMap((s) => s.casillas.filter((c) => c.tipo === "S").map((c) => ({ demarcacion: d.id, seccion: s.seccion, ...c })))),
});

function* seccionesDistintas(proceso, publicado, bases) {
  if (Object.keys(publicado).sort().join() !== "formato,secciones" || publicado.formato !== "prep/secciones/1") { yield "secciones.json no tiene la forma que debe"; return; }
  const lugares = new Map();
  for (const e of proceso.elecciones) for (const f of bases.get(e.clave).filas) {
    if (f.cuenta === "2" || !f.seccion) continue;
    const k = String(f.seccion);
    if (!lugares.has(k)) lugares.set(k, []);
    lugares.get(k)[e.agrupa === "municipio" ? 1 : 0] = f.demarcacion;
  }
  const dichas = publicado.secciones;
  if (Object.keys(dichas).length !== lugares.size || [...lugares.keys()].some((k) => !(k in dichas))) yield `secciones.json trae ${Object.keys(dichas).length} secciones y las actas son de ${lugares.size}`;
  for (const [k, donde] of lugares) if (k in dichas && (dichas[k].length !== 2 || donde.some((id, i) => dichas[k][i] !== id))) yield `secciones.json, sección ${k}: dice ${dichas[k]} y sus actas son de otro lugar`;
}

const cabeceraDe = (m) => ({ formato: "prep/cabecera/1", ...Object.fromEntries(["proceso", "corte", "hora", "modo", "cierre", "cuentas"].map((k) => [k, m[k]])) });

const puntoDeAvance = (r) => ({
  capturadas: r.estadistica.actas_capturadas, contabilizadas: r.estadistica.actas_contabilizadas, total: r.total,
  candidaturas: Object.fromEntries(r.por_candidatura.map((c) => [c.clave, c.votos])),
  demarcaciones: Object.fromEntries(r.demarcaciones.map((d) => [String(d.id), d.estadistica.actas_contabilizadas])),
});
const avanceEn = (serie, i) => ({
  ...Object.fromEntries(["capturadas", "contabilizadas", "total"].map((k) => [k, serie[k][i]])),
  ...Object.fromEntries(["candidaturas", "demarcaciones"].map((k) => [k, Object.fromEntries(Object.entries(serie[k]).map(([c, v]) => [c, v[i]]))])),
});

function formaDeAvance(a, claves) {
  const listas = [a.horas];
  for (const s of Object.values(a.elecciones)) {
    if (Object.keys(s).sort().join() !== "candidaturas,capturadas,contabilizadas,demarcaciones,esperadas,total") throw new NoCoincide("avance.json no tiene la forma que debe");
    listas.push(s.capturadas, s.contabilizadas, s.total, ...Object.values(s.candidaturas), ...Object.values(s.demarcaciones));
  }
  const bien = Object.keys(a).sort().join() === "cortes,elecciones,formato,horas" && a.formato === "prep/avance/1" && Object.keys(a.elecciones).sort().join() === [...claves].sort().join();
  if (!bien || listas.some((x) => x.length !== a.cortes.length)) throw new NoCoincide("avance.json no tiene la forma que debe");
}

// Each point of the curve against its own corte; the last against this one.
function* avanceDistinto(a, puntos, previo, claves) {
  formaDeAvance(a, claves);
  yield* diferencias("avance.json, cortes", a.cortes, puntos.map((p) => p.m.corte));
  yield* diferencias("avance.json, horas", a.horas, puntos.map((p) => p.m.hora));
  if (a.cortes.length !== puntos.length) return;
  for (const clave of claves) {
    const serie = a.elecciones[clave];
    for (const [i, p] of puntos.entries()) {
      const cuentas = p.m.cuentas[clave];
      const dicho = avanceEn(serie, i);
      const debe = p.resumenes ? puntoDeAvance(p.resumenes[clave]) : { ...dicho, capturadas: cuentas.capturadas, contabilizadas: cuentas.contabilizadas };
      yield* diferencias(`avance.json, ${clave}, corte ${p.m.corte}`, { ...dicho, esperadas: serie.esperadas }, { ...debe, esperadas: cuentas.esperadas });
      if (previo && i < previo.cortes.length) yield* diferencias(`avance.json, ${clave}, corte ${p.m.corte}`, dicho, avanceEn(previo.elecciones[clave], i));
    }
  }
}

// The cells of each acta that the catalogue gives.
function fijasDe(lineas) {
  const inicio = lineas.findIndex((x) => x[0] === "CLAVE_CASILLA");
  const lugares = ["CLAVE_ACTA", "UBICACION_CASILLA", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI"].map((c) => lineas[inicio].indexOf(c));
  const marca = lineas[inicio].indexOf("CONTABILIZADA");
  return lineas.slice(inicio + 1).filter((x) => x[marca] !== "2").map((x) => lugares.map((i) => x[i]).join("|"));
}

async function* catalogoDistinto(proceso, secciones, bases, primero) {
  const antes = leerJson(primero.get("proceso.json"), "proceso.json");
  const fijo = (p) => Object.fromEntries(Object.entries(p).filter(([k]) => !["institucion", "difusores", "textos"].includes(k)));
  const [distinta] = diferencias("proceso.json", fijo(proceso), fijo(antes));
  if (distinta) { yield `ya no es el catálogo del primer corte: ${distinta}`; return; }
  if (secciones && !primero.has("secciones.json")) yield "el primer corte no traía secciones.json";
  else if (secciones) yield* diferencias("secciones.json, del primer corte", secciones, leerJson(primero.get("secciones.json"), "secciones.json"));
  const ruta = [...primero.keys()].find((r) => r.startsWith("bd/"));
  const paquetes = await paquetesDe(primero.get(ruta), antes.entidad.abreviatura);
  for (const e of antes.elecciones) {
    const viejas = fijasDe(leerCsv(paquetes.get(e.clave).resultados));
    const base = bases.get(e.clave);
    const nuevas = fijasDe([base.columnas, ...base.filas.map((f) => f.celdas)]);
    const i = nuevas.findIndex((x, n) => x !== viejas[n]);
    if (i >= 0 || nuevas.length !== viejas.length) yield `${e.clave}: las casillas ya no son las del primer corte: ${(nuevas[i] ?? "una casilla").split("|")[0]}`;
  }
}
