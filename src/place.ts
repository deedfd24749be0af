/** Where files lie that are loaded by their place: threads, scripts of pages, assets. All else that is loaded is imported. */

/**
 * @param path from the folder in which this module lies once it is compiled, and whatever is bundled with it: `../package.json`
 * @returns its place
 */
export const placeOf = (path: string): URL => new URL(path, import.meta.url);
