/* The NVIDIA driver, libcuda.so.1, of a machine with one device. */
int cuInit(unsigned flags) { return 0; }

int cuDeviceGetCount(int *count) {
  *count = 1;
  return 0;
}

/* A function that libcaffe2_nvrtc.so imports. */
int cuModuleLoadData(void **module, const void *image) { return 0; }
