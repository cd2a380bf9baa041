/** The settings of the service, each defined once. Imports no other package of the project. */
package io.github.vanillanet.base.config;
