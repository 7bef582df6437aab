// Two cortes side by side: what each candidacy gained between them. Figures are those of avance.json, integers all.
import { AQUI, leer, entero, incrustados } from './datos.js'
import { t, di } from './textos.js'
import { el, falla, miles, muestra, reloj } from './dom.js'

const donde = document.getElementById('comparacion')
const datos = incrustados()
const forma = d => d.formato === 'prep/avance/1' && d.cortes.length === d.horas.length && d.cortes.every(entero) &&
  datos.elecciones.every(e => ['contabilizadas', 'total'].every(k => d.elecciones[e.clave][k].length === d.cortes.length))

/** Hundredths of a thousandth of the hundred: percentage × 10,000, truncated. */
const parte = (n, de) => de ? Number(BigInt(n) * 1000000n / BigInt(de)) : null
const puntos = v => v === null ? '—' : `${v < 0 ? '−' : ''}${Math.trunc(Math.abs(v) / 10000)}.${String(Math.abs(v) % 10000).padStart(4, '0')}`
const signo = (v, dice) => v === 0 ? '0' : `${v > 0 ? '+' : '−'}${dice(Math.abs(v))}`

function pintar(avance) {
  const ultimo = avance.cortes.length - 1
  if (ultimo < 1) { donde.replaceChildren(); donde.closest('section').hidden = true; return }
  const nombre = i => `${di('en_corte', { n: avance.cortes[i] })} · ${di('hora_corta', { hhmm: reloj(avance.horas[i]) })}`
  const elige = el('select', { 'aria-label': t.eleccion }, datos.elecciones.map((e, i) => el('option', { value: i }, e.nombre)))
  const barra = (frase, valor) => {
    const dicho = el('b')
    const entrada = el('input', { type: 'range', min: 0, max: ultimo, step: 1, value: valor })
    return { entrada, dicho, caja: el('label', { class: 'rango' }, el('span', {}, frase, ' ', dicho), entrada) }
  }
  const a = barra(t.de_corte, Math.max(0, ultimo - 1)), b = barra(t.a_corte, ultimo)
  const tabla = el('div', { class: 'comparada' }), frase = el('p', { class: 'frase', role: 'status' })

  function ver() {
    const e = datos.elecciones[Number(elige.value)], s = avance.elecciones[e.clave]
    const [i, j] = [Number(a.entrada.value), Number(b.entrada.value)].sort((x, y) => x - y)
    for (const [x, k] of [[a, Number(a.entrada.value)], [b, Number(b.entrada.value)]]) {
      x.dicho.textContent = nombre(k)
      x.entrada.setAttribute('aria-valuetext', nombre(k))
    }
    const filas = e.candidaturas.filter(([k]) => s.candidaturas[k]).map(([k, quien, clases]) => {
      const v = s.candidaturas[k]
      return { quien, clases, va: v[i], vb: v[j], pa: parte(v[i], s.total[i]), pb: parte(v[j], s.total[j]) }
    }).sort((x, y) => y.vb - x.vb)
    const fila = f => el('tr', {}, el('th', { scope: 'row' }, f.clases && muestra(f.clases), f.quien),
      el('td', { class: 'num', 'data-en': nombre(i) }, miles(f.va)), el('td', { class: 'num', 'data-en': nombre(j) }, miles(f.vb)),
      el('td', { class: 'num', 'data-en': t.diferencia }, el('b', {}, signo(f.vb - f.va, miles))),
      el('td', { class: 'num', 'data-en': t.porcentaje }, f.clases ? `${puntos(f.pa)} → ${puntos(f.pb)} %` : ''))
    const cuentas = [{ quien: t.actas_contabilizadas, va: s.contabilizadas[i], vb: s.contabilizadas[j] }, { quien: t.total, va: s.total[i], vb: s.total[j] }]
    tabla.replaceChildren(el('table', { class: 'comp' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t.partido), [nombre(i), nombre(j), t.diferencia, t.porcentaje].map(c => el('th', { scope: 'col', class: 'num' }, c)))),
      el('tbody', {}, [...filas, ...cuentas].map(fila))))
    frase.textContent = diceVentaja(filas, s, i, j)
  }

  function diceVentaja(filas, s, i, j) {
    const base = { a: avance.cortes[i], b: avance.cortes[j], actas: miles(s.contabilizadas[j] - s.contabilizadas[i]) }
    if (s.contabilizadas[i] === s.contabilizadas[j] && s.total[i] === s.total[j]) return di('ventaja_quieta', base)
    const lider = v => filas.reduce((x, y) => y[v] > (x?.[v] ?? 0) ? y : x, null)
    const la = lider('va'), lb = lider('vb')
    if (!la || !lb || filas.length < 2) return di('ventaja_no', base)
    const sobre = (l, v, n) => parte(l[v] - Math.max(...filas.filter(f => f !== l).map(f => f[v])), s.total[n])
    const x = sobre(la, 'va', i), y = sobre(lb, 'vb', j)
    if (!x || !y) return di('ventaja_no', base) // in a tie nobody leads
    if (la === lb) return di('ventaja_de', { ...base, quien: lb.quien, x: puntos(x), y: puntos(y), d: signo(y - x, puntos) })
    return di('ventaja_cambio', { ...base, antes: la.quien, quien: lb.quien, x: puntos(x), y: puntos(y) })
  }

  for (const x of [elige, a.entrada, b.entrada]) x.addEventListener('input', ver)
  donde.replaceChildren(el('div', { class: 'rangos' }, datos.elecciones.length > 1 && elige, a.caja, b.caja), frase, tabla)
  ver()
}

async function cargar() {
  try { pintar(await leer(new URL('avance.json', AQUI), forma)) } catch (e) { falla(donde, e, cargar) }
}
if (donde && datos) cargar()
