// Words of the page's language.
const idioma = document.documentElement.lang === 'en' ? 'en' : 'es'
export const t = (await import(`./textos.${idioma}.js`)).default
/** A sentence with its data. `{n:acta|actas}`: the word for one or for several of what `n` counts. */
export const di = (clave, datos = {}) => t[clave].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g,
  (todo, k, uno, varios) => datos[k] == null ? todo : varios === undefined ? datos[k] : `${datos[k]}` === '1' ? uno : varios)
