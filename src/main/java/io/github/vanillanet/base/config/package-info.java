/** Floor 0. All settings on one page. Imports nothing of the project. */
package io.github.vanillanet.base.config;
