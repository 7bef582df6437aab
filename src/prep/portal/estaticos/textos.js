// Words of the page's language.
const idioma = document.documentElement.lang === 'en' ? 'en' : 'es'
export const t = (await import(`./textos.${idioma}.js`)).default
export const di = (clave, datos = {}) => t[clave].replace(/\{(\w+)\}/g, (todo, k) => datos[k] ?? todo)
