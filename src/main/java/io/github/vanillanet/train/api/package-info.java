/**
 * The routes below {@code /admin/trainings}: start, show, follow, cancel and resume trainings. May
 * import {@code base}, {@code model}, and from {@code train} {@code jobs}, {@code loop} and {@code
 * pipeline}.
 */
package io.github.vanillanet.train.api;
