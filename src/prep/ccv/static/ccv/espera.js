// Nothing that was typed of an acta stays in the browser once it left these hands.
import { enManos, olvidar } from './mesa.js'
olvidar(enManos())
