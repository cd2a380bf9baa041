/**
 * What a training would do, before it starts: {@link io.github.vanillanet.train.look.Plan} is the
 * result of a dry run, {@link io.github.vanillanet.train.look.StepSeries} measures real steps,
 * {@link io.github.vanillanet.train.look.RecipeChoice} completes the recipe. May import {@code
 * base}, {@code model}, {@code train.dataset} and {@code train.loop}.
 */
package io.github.vanillanet.train.look;
