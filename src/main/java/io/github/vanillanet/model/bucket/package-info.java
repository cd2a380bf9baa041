/**
 * Models in a bucket of S3 or of a store with the same interface: copies for serving, and uploads.
 *
 * <p>May import base and the other packages of model.
 */
package io.github.vanillanet.model.bucket;
