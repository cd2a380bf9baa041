package io.github.vanillanet.serve.api;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/** Two lanes for each model, a group, and a default model. /admin has neither users nor a key. */
public final class LanesProfile implements QuarkusTestProfile {

  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of(
        "vanillanet.lanes",
        "2",
        "vanillanet.dct-scaling",
        "true",
        "vanillanet.default-model",
        TwoSmallModels.OTHER,
        "vanillanet.groups.pair",
        TwoSmallModels.MODEL + "," + TwoSmallModels.OTHER);
  }

  @Override
  public List<TestResourceEntry> testResources() {
    return List.of(new TestResourceEntry(TwoSmallModels.class));
  }

  @Override
  public boolean disableGlobalTestResources() {
    return true;
  }
}
