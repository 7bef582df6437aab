// The key of this phone, which nobody can take out of it, and what it signs and believes.
import { b64, canonico, deB64, deHex, hex, sha256, unir, utf8 } from './canonico.js'

const ED = { name: 'Ed25519' }

export async function crearLlave() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ED, false, ['sign', 'verify'])
  return { privada: privateKey, publica: hex(await crypto.subtle.exportKey('raw', publicKey)) }
}

const firmar = async (llave, datos) => new Uint8Array(await crypto.subtle.sign(ED, llave.privada, datos))
const importar = crudaHex => crypto.subtle.importKey('raw', deHex(crudaHex), ED, false, ['verify'])
async function vale(llaveHex, firma, datos) {
  try {
    return await crypto.subtle.verify(ED, await importar(llaveHex), deB64(firma), datos)
  } catch {
    return false
  }
}

// The fact at the next place of this phone's chain: {id, firmado, siguiente}.
export async function firmarHecho(alta, llave, cadena, hecho) {
  const secuencia = cadena.secuencia + 1
  const { previo } = cadena
  const cuerpo = utf8(canonico({ ambito: alta.ambito, dispositivo: alta.dispositivo, secuencia, previo, hecho }))
  const firma = await firmar(llave, cuerpo)
  return {
    id: await sha256(utf8(canonico(hecho))),
    firmado: { hecho, dispositivo: { id: alta.dispositivo, secuencia, previo, firma: b64(firma) } },
    siguiente: { secuencia, previo: await sha256(unir(cuerpo, firma)) },
  }
}

export async function cabecera(alta, llave, metodo, ruta, huella, hora) {
  const dicho = ['prep-solicitud/1', alta.ambito, metodo, ruta, huella, hora].map(l => `${l}\n`).join('')
  return `PREP1 ${alta.dispositivo} ${hora} ${huella} ${b64(await firmar(llave, utf8(dicho)))}`
}

export const CODIGO = /[^23456789CDFGHJKMNPQRTVWX]/g
export async function firmaDeAlta(llave, codigo) {
  const huella = await sha256(utf8(codigo.toUpperCase().replace(CODIGO, '')))
  return b64(await firmar(llave, utf8(`prep-alta/1\n${huella}\n${llave.publica}\n`)))
}

// A node is one when the institute says so; the institute is the one whose fingerprint ends the ámbito.
export async function nodoDe(alta, sobre) {
  const { firma, ...resto } = sobre
  const bien = sobre.ambito === alta.ambito && sobre.hecho?.tipo === 'alta' && sobre.hecho.sujeto?.startsWith('nodo:')
    && alta.ambito.endsWith((await sha256(deHex(alta.instituto))).slice(0, 16))
    && await vale(alta.instituto, firma, utf8(canonico(resto)))
  return bien ? { nombre: sobre.hecho.sujeto.slice(5), llave: sobre.hecho.contenido.llave } : null
}

// What a receipt says, or null: of this election, for this phone, signed by a node that is known (`nodos`: name → key).
export async function leerRecibo(alta, nodos, dicho, de) {
  const r = dicho?.recibo
  const bien = r?.formato === 'prep-recibo/1' && r.ambito === alta.ambito && r.dispositivo === alta.dispositivo && r.de === de
    && Object.hasOwn(nodos, r.nodo) && await vale(nodos[r.nodo], dicho.firma, utf8(canonico(r)))
  return bien ? r : null
}
