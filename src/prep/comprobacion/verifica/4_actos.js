// The acts of the night: what each leaf says, that what it attests is there, and that it comes in its turn.

const MODOS = ["prueba", "simulacro", "jornada"];
const esHora = (v) => typeof v === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/.test(v) && !Number.isNaN(Date.parse(v));
const esTexto = (n) => (v) => typeof v === "string" && v.length > 0 && [...v].length <= n && imprimible(v);
const unoDe = (...x) => (v) => x.includes(v);
const oNada = (c) => (v) => v === null || c(v);
const esId = (v) => typeof v === "string" && /^[A-Za-z0-9._-]{1,40}$/.test(v);
const esPersona = (v) => typeof v === "string" && /^[A-Za-z0-9._-]{1,60}$/.test(v);
const esRuta = (v) => typeof v === "string" && v.length <= 500 && RUTA.test(v);
const esVkey = (v) => typeof v === "string" && /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(v);
const CAMPOS = {
  corte: { corte: esNatural, manifiesto: esSha256, ruta: esRuta },
  aprobacion: { persona: esPersona, muestra: esSha256, documento: esSha256 },
  puesta_en_ceros: { documento: esSha256 },
  huella: { momento: unoDe("antes", "durante", "despues"), software: esSha256, documento: esSha256 },
  llaves: { accion: unoDe("alta", "rotacion", "revocacion"), papel: esTexto(40), llave: esVkey, anterior: oNada(esVkey), motivo: esTexto(200) },
  delegacion: { nodo: esId, llave: esSha256, desde: esHora, hasta: esHora, documento: esSha256 },
  punto_de_nodo: { nodo: esId, delegacion: esSha256, hojas: esNatural, raiz: esSha256, documento: esSha256 },
  verdad_sellada: { compromiso: esSha256 },
  verdad_abierta: { documento: esSha256 },
  prorroga: { hasta: esHora, motivo: esTexto(300), documento: esSha256 },
  contingencia: { clave: esTexto(40), texto: esTexto(300), documento: esSha256 },
  correccion: { corte: esNatural, corregido_por: esNatural, motivo: esTexto(300), documento: esSha256 },
  cierre: { corte: esNatural, documento: esSha256 },
  acto_final: { clave: unoDe("acta_circunstanciada", "informe", "dictamen", "constancia"), texto: esTexto(300), documento: esSha256 },
  fe_publica: { acto: esNatural, persona: esPersona, texto: esTexto(300), documento: esSha256 },
};

function leerHoja(datos) {
  const h = leerCanonico(datos, "una hoja");
  const propios = Object.hasOwn(CAMPOS, h?.tipo) ? CAMPOS[h.tipo] : null;
  if (!propios || datos.length > MAXIMO_HOJA) throw new NoCoincide(`no se conoce el tipo de hoja ${String(h?.tipo).slice(0, 40)}, o es demasiado larga`);
  const deben = { formato: unoDe("prep/hoja/1"), tipo: () => true, proceso: (v) => typeof v === "string" && /^[A-Za-z0-9._-]{1,60}$/.test(v), modo: unoDe(...MODOS), hora: esHora, ...propios };
  if (Object.keys(h).sort().join() !== Object.keys(deben).sort().join()) throw new NoCoincide(`hoja de tipo ${h.tipo}: falta o sobra un campo`);
  for (const [k, bien] of Object.entries(deben)) if (!bien(h[k])) throw new NoCoincide(`hoja de tipo ${h.tipo}: «${k}» no es válido`);
  return h;
}

// The truth of a drill says every acta, vote by vote.
const maximoDe = (h) => (h.tipo === "verdad_abierta" ? 32 : 4) * 2 ** 20;
const rutaDocumento = (h) => `documentos/${h}.json`;
const nombreDe = (h) => `${h.hora} ${h.tipo.replaceAll("_", " ")} (${h.modo})`;
const igualJson = (a, b) => a !== undefined && canonico(a) === canonico(b);

async function leerActo(fuente, h) {
  const ruta = rutaDocumento(h.documento);
  const datos = await fuente.leer(ruta, maximoDe(h));
  if (!datos) throw new NoCoincide(`falta ${ruta}, que su hoja firma`);
  if ((await huella(datos)) !== h.documento) throw new NoCoincide(`${ruta} fue alterado: no es el que su hoja firma`);
  const doc = leerCanonico(datos, ruta);
  const { tipo, formato, documento, ...propios } = h;
  // A sealed truth is written, and sealed by its hash, before the hour of opening it.
  const debe = tipo === "verdad_abierta" ? { proceso: h.proceso, modo: h.modo, formato: "prep/verdad/1" } : { ...propios, formato: `prep/${tipo}/1` };
  for (const [k, v] of Object.entries(debe)) if (!igualJson(doc?.[k], v)) throw new NoCoincide(`${ruta} no dice lo mismo que su hoja en «${k}»`);
  return doc;
}

async function revisarActos(fuente, actos, manifiestos, informe) {
  const antes = informe.tropiezos;
  const documentos = new Map();
  for (const h of actos) {
    if ("documento" in h) {
      try { documentos.set(h, await leerActo(fuente, h)); }
      catch (e) { anotarError(informe, "actos", e, `${nombreDe(h)}: `); }
    }
    const dice = h.texto ?? h.motivo ?? h.momento ?? h.nodo;
    if (h.tipo !== "corte") informe.anotar("bien", "actos", nombreDe(h) + (dice ? `: ${dice}` : ""));
  }
  for (const p of [...turnos(actos, manifiestos), ...contenidos(actos, documentos, manifiestos)]) informe.anotar("mal", "actos", p);
  for (const [h, doc] of documentos) if (h.tipo === "puesta_en_ceros" && doc.sin_aprobar) informe.anotar("aviso", "actos", `${nombreDe(h)}: sin hoja de prueba aprobada: ${String(doc.sin_aprobar).slice(0, 300)}`);
  const cortes = actos.filter((h) => h.tipo === "corte");
  if (cortes.length && !actos.some((h) => h.tipo === "puesta_en_ceros")) {
    if (cortes[0].modo === "prueba") informe.anotar("aviso", "actos", "es una prueba sin puesta en ceros firmada");
    else if (cortes.length === 1) informe.anotar("sin_comprobar", "actos", "todavía no está firmada la puesta en ceros");
    else informe.anotar("mal", "actos", "no hay puesta en ceros firmada");
  }
  const nombrados = new Set(actos.filter((h) => "documento" in h).map((h) => rutaDocumento(h.documento)));
  const sobran = (fuente.rutas("documentos") ?? []).filter((r) => !nombrados.has(r)).sort();
  if (sobran.length) informe.anotar("aviso", "sin firmar", `${sobran.length} documentos que ninguna hoja nombra: ${sobran.slice(0, 3).join(", ")}`);
  if (documentos.size && informe.tropiezos === antes) informe.anotar("bien", "actos", `${documentos.size} documentos son los que sus hojas firman`);
}

function* turnos(actos, manifiestos) {
  const primero = actos.find((h) => h.tipo === "corte");
  if (primero && primero.corte !== 1) yield `el registro comienza en el corte ${primero.corte}: faltan los anteriores`;
  let [cierre, ultimo, hora, ceros] = [null, null, null, 0];
  const delegados = new Map();
  const selladas = [];
  for (const [i, h] of actos.entries()) {
    const n = nombreDe(h);
    if (cierre && ["corte", "prorroga", "cierre", "puesta_en_ceros"].includes(h.tipo)) yield `${n}: viene después del cierre`;
    if (h.tipo === "corte") {
      if (manifiestos.get(ultimo)?.cierre) yield `el corte ${h.corte} viene después del ${ultimo}, que dice ser el último`;
      [ultimo, hora] = [h.corte, h.hora];
    } else if (h.tipo === "puesta_en_ceros") { if (++ceros > 1 || ultimo === null) yield `${n}: no sigue a ningún corte, o está dos veces`; }
    else if (h.tipo === "cierre") {
      cierre ??= h;
      if (h.corte !== ultimo || manifiestos.get(h.corte)?.cierre === false) yield `${n}: dice que el último corte es el ${h.corte}`;
    } else if (h.tipo === "correccion") { if (!(h.corte < h.corregido_por && h.corregido_por <= (ultimo ?? 0))) yield `${n}: nombra cortes que no hay, o en otro orden`; }
    else if (h.tipo === "prorroga") { if (Date.parse(h.hasta) <= Date.parse(h.hora)) yield `${n}: prorroga hasta una hora que ya pasó`; }
    else if (h.tipo === "delegacion") {
      delegados.set(h.documento, h.nodo);
      if (Date.parse(h.desde) < Date.parse(h.hora) || (hora && Date.parse(h.hora) < Date.parse(hora))) yield `${n}: vale desde antes de haberse firmado`;
      if (Date.parse(h.hasta) <= Date.parse(h.desde)) yield `${n}: vence antes de empezar`;
    } else if (h.tipo === "fe_publica") { if (h.acto >= i) yield `${n}: da fe de lo que no se había firmado`; }
    else if (h.tipo === "punto_de_nodo") { if (delegados.get(h.delegacion) !== h.nodo) yield `${n}: a ese nodo nadie lo había delegado antes`; }
    else if (h.tipo === "verdad_sellada") { if (selladas.push(h.compromiso) > 1) yield `${n}: ya había una verdad sellada, y la que cuenta es la primera`; }
    else if (h.tipo === "verdad_abierta") {
      if (!selladas.includes(h.documento)) yield `${n}: abre una verdad que nadie selló antes`;
      else if (h.documento !== selladas[0]) yield `${n}: abre una verdad que no es la que cuenta, la primera que se selló`;
    }
  }
}

const enCeros = (m) => Object.values(m.cuentas).every((c) => !c.capturadas && !c.contabilizadas);

function* contenidos(actos, documentos, manifiestos) {
  const huellas = new Map(actos.filter((h) => h.tipo === "corte").map((h) => [h.corte, h.manifiesto]));
  let numero = 0;
  const aprobadas = new Set();
  for (const h of actos) {
    if (h.tipo === "corte") numero = h.corte;
    else if (h.tipo === "aprobacion") aprobadas.add(h.muestra);
    const [doc, m] = [documentos.get(h), manifiestos.get(numero)];
    if (!doc || !m || !["puesta_en_ceros", "cierre"].includes(h.tipo)) continue;
    let debe = { manifiesto: huellas.get(numero), hechos: m.bitacora.posicion, cuentas: m.cuentas };
    if (h.tipo === "puesta_en_ceros") {
      debe = { hechos: 0, altas: m.bitacora.posicion, raiz: m.bitacora.raiz, catalogo: m.catalogo, software: m.software, corte: huellas.get(numero), actas_esperadas: Object.fromEntries(Object.entries(m.cuentas).map(([e, c]) => [e, c.esperadas])) };
      const muestra = m.archivos.find((a) => a.ruta === "proceso.json")?.sha256;
      if (!doc.sin_aprobar) {
        debe.muestra = muestra;
        if (!aprobadas.has(muestra)) yield `${nombreDe(h)}: nadie aprobó antes lo que muestra el primer corte (partidos, candidaturas y recuadros)`;
      }
      for (const [n, otro] of manifiestos) if (n <= numero && !enCeros(otro)) yield `el corte ${n}, de antes de la puesta en ceros, no está en ceros`;
    }
    for (const [k, v] of Object.entries(debe)) if (!igualJson(doc[k], v)) yield `${nombreDe(h)}: su documento dice ${breve(doc[k])} en «${k}» y debe decir ${breve(v)}`;
  }
}
