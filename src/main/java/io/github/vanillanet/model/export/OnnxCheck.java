package io.github.vanillanet.model.export;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs an exported ONNX model on the probes of its version's certificate, in ONNX Runtime from a
 * jar that the caller names. The service does not depend on ONNX Runtime, so its classes are used
 * by reflection.
 *
 * @param jar of ONNX Runtime, for this machine
 */
public record OnnxCheck(Path jar) {

  private static final String PACKAGE = "ai.onnxruntime.";

  /**
   * Compares the answers with the golden logits.
   *
   * @return the largest difference of a logit, relative to the largest logit
   * @throws ServiceException {@code NOT_EQUIVALENT} if an answer is not within the certificate's
   *     bound
   * @throws ServiceException {@code BAD_CONFIGURATION} if the jar is not ONNX Runtime, or it cannot
   *     run the model
   */
  public double run(Path model, StoredVersion version, boolean withPreprocessing) {
    if (!Files.isRegularFile(jar)) {
      throw BAD_CONFIGURATION.error("%s: expected the jar of ONNX Runtime, found no file", jar);
    }
    try (URLClassLoader classes =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      return run(classes, model, version, withPreprocessing);
    } catch (InvocationTargetException e) {
      throw BAD_CONFIGURATION.error(
          e, "ONNX Runtime of %s cannot run %s: %s", jar, model, e.getCause());
    } catch (ReflectiveOperationException | IOException | LinkageError e) {
      throw BAD_CONFIGURATION.error(e, "%s is not a jar of ONNX Runtime: %s", jar, e);
    }
  }

  private static double run(
      ClassLoader classes, Path model, StoredVersion version, boolean withPreprocessing)
      throws ReflectiveOperationException {
    Class<?> environmentType = classes.loadClass(PACKAGE + "OrtEnvironment");
    Object environment = environmentType.getMethod("getEnvironment").invoke(null);
    Object session =
        environmentType
            .getMethod("createSession", String.class)
            .invoke(environment, model.toString());
    try {
      return largestDifference(classes, environment, session, version, withPreprocessing);
    } finally {
      session.getClass().getMethod("close").invoke(session);
    }
  }

  private static double largestDifference(
      ClassLoader classes,
      Object environment,
      Object session,
      StoredVersion version,
      boolean withPreprocessing)
      throws ReflectiveOperationException {
    Certificate certificate = version.manifest().certificate();
    Preprocessing preprocessing = version.manifest().preprocessing();
    List<RgbImage> images =
        certificate.probes().images(preprocessing.height(), preprocessing.width());
    double largest = 0;
    double difference = 0;
    for (int probe = 0; probe < images.size(); probe++) {
      RgbImage image = images.get(probe);
      Object input =
          withPreprocessing
              ? pixels(classes, environment, image)
              : floats(classes, environment, image, preprocessing);
      float[] logits = forward(classes, session, input);
      certificate.requireAnswer(probe, logits);
      List<Float> golden = certificate.goldenLogits().get(probe);
      for (int i = 0; i < logits.length; i++) {
        largest = Math.max(largest, Math.abs(golden.get(i)));
        difference = Math.max(difference, Math.abs((double) golden.get(i) - logits[i]));
      }
    }
    return difference / largest;
  }

  private static Object floats(
      ClassLoader classes, Object environment, RgbImage image, Preprocessing preprocessing)
      throws ReflectiveOperationException {
    long[] shape = {1, 3, preprocessing.height(), preprocessing.width()};
    FloatBuffer values = FloatBuffer.wrap(preprocessing.normalise(image));
    return tensorMethod(classes, environment, FloatBuffer.class, long[].class)
        .invoke(null, environment, values, shape);
  }

  private static Object pixels(ClassLoader classes, Object environment, RgbImage image)
      throws ReflectiveOperationException {
    long[] shape = {1, image.height(), image.width(), 3};
    Class<?> type = classes.loadClass(PACKAGE + "OnnxJavaType");
    Object uint8 = type.getMethod("valueOf", String.class).invoke(null, "UINT8");
    return tensorMethod(classes, environment, ByteBuffer.class, long[].class, type)
        .invoke(null, environment, ByteBuffer.wrap(image.rgb()), shape, uint8);
  }

  private static Method tensorMethod(
      ClassLoader classes, Object environment, Class<? extends Buffer> buffer, Class<?>... more)
      throws ReflectiveOperationException {
    Class<?>[] parameters = new Class<?>[2 + more.length];
    parameters[0] = environment.getClass();
    parameters[1] = buffer;
    System.arraycopy(more, 0, parameters, 2, more.length);
    return classes.loadClass(PACKAGE + "OnnxTensor").getMethod("createTensor", parameters);
  }

  private static float[] forward(ClassLoader classes, Object session, Object input)
      throws ReflectiveOperationException {
    Object result =
        session
            .getClass()
            .getMethod("run", Map.class)
            .invoke(session, Map.of(OnnxExport.INPUT, input));
    Object output = result.getClass().getMethod("get", int.class).invoke(result, 0);
    Object value = classes.loadClass(PACKAGE + "OnnxValue").getMethod("getValue").invoke(output);
    return ((float[][]) value)[0];
  }
}
