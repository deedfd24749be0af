/** zod, which the build puts into this file. */
export { z } from 'zod';
