# Several files of HiGHS at a time to one run of the compiler: the same code with the same flags in little more than half
# the time. CMake reads this as CMAKE_TOOLCHAIN_FILE, which tools/setup.sh sets for make and cargo alike.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
