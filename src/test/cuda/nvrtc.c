/* libcaffe2_nvrtc.so: the only part of libtorch that is linked with the driver. */
extern int cuModuleLoadData(void **module, const void *image);

int load(void **module, const void *image) { return cuModuleLoadData(module, image); }
