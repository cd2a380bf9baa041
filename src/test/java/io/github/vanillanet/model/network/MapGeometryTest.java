package io.github.vanillanet.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MapGeometryTest {

  private static MapGeometry of(VanillaNetVariant variant) {
    return MapGeometry.of(Architecture.official(variant));
  }

  @Test
  void aPositionOfVanillaNet5SeesTheReachOfItsKernels() {
    MapGeometry maps = of(VanillaNetVariant.VANILLANET_5);

    assertThat(maps.size()).isEqualTo(new FeatureMap(7, 7));
    assertThat(maps.cell()).isEqualTo(new FeatureMap(32, 32));
    int side = 1;
    for (int block = 0; block < 3; block++) {
      side = 2 * (side + 6); // a 7×7 kernel behind a pool of 2×2
    }
    assertThat(maps.receptiveField().height()).isEqualTo(4 * (side + 6));
  }

  @Test
  void anAdaptivePoolWidensTheReach() {
    MapGeometry maps = of(VanillaNetVariant.VANILLANET_13_X1_5_ADA_POOL);

    assertThat(maps.size()).isEqualTo(new FeatureMap(10, 10));
    assertThat(maps.receptiveField().width()).isGreaterThan(maps.cell().width());
  }
}
