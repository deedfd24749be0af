/** The page of `draw`: shows the scene that is in it. */
import { openPicture } from './picture-part.js';
import { readState } from './state.js';

openPicture(readState());
