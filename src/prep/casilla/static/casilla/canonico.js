// RFC 8785 JSON, hashes and encodings: what is named and signed is the same bytes here and in the node.
export function canonico(v) {
  if (v === null || typeof v === 'boolean' || typeof v === 'string') return JSON.stringify(v)
  if (typeof v === 'number') {
    if (!Number.isSafeInteger(v)) throw new TypeError('solo enteros')
    return String(v)
  }
  if (Array.isArray(v)) return `[${v.map(canonico).join(',')}]`
  return `{${Object.keys(v).sort().map(c => `${JSON.stringify(c)}:${canonico(v[c])}`).join(',')}}`
}

const escribano = new TextEncoder()
export const utf8 = texto => escribano.encode(texto)
export const hex = datos => Array.from(new Uint8Array(datos), b => b.toString(16).padStart(2, '0')).join('')
export const deHex = texto => Uint8Array.from(texto.match(/../g) ?? [], p => parseInt(p, 16))
export const sha256 = async datos => hex(await crypto.subtle.digest('SHA-256', datos))

export function b64(datos) {
  const bytes = new Uint8Array(datos)
  let texto = ''
  for (let i = 0; i < bytes.length; i += 32768) texto += String.fromCharCode(...bytes.subarray(i, i + 32768))
  return btoa(texto)
}
export const deB64 = texto => Uint8Array.from(atob(texto), c => c.charCodeAt(0))
export function unir(...partes) {
  const todo = new Uint8Array(partes.reduce((n, p) => n + p.length, 0))
  let lugar = 0
  for (const p of partes) { todo.set(p, lugar); lugar += p.length }
  return todo
}
