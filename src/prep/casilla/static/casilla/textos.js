// What the page says: one catalogue, kept with the shell. `t('acta.sin_foto')`; data goes in by name.
let catalogo = {}
export async function cargarTextos() { catalogo = await (await fetch('/casilla/textos.json')).json() }
export const t = (clave, datos = {}) => {
  if (!(clave in catalogo)) throw new Error(`falta el texto ${clave}`)
  return catalogo[clave].replace(/\{(\w+)\}/g, (_, dato) => datos[dato])
}
export const cuantos = (clave, n) => t(`${clave}.${n === 1 ? 'uno' : 'varios'}`, { n })

// How much a clock is off, in the largest unit that says it.
const UNIDADES = [['anos', 31_557_600], ['meses', 2_629_800], ['dias', 86_400], ['horas', 3600], ['minutos', 60]]
export function lapso(ms) {
  const segundos = Math.abs(ms) / 1000
  const [unidad, mide] = UNIDADES.find(([, m]) => segundos >= m * 0.95) ?? UNIDADES.at(-1)
  return cuantos(`lapso.${unidad}`, Math.max(1, Math.round(segundos / mide)))
}
export const fecha = ms => new Date(ms).toLocaleString('es-MX', { dateStyle: 'long', timeStyle: 'short' })
export const hora = ms => new Date(ms).toLocaleTimeString('es-MX', { timeStyle: 'short' })
