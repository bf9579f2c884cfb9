#include "support/testdata.hpp"

namespace acts::test {

// The only file that is compiled with a path: all others are compiled alike wherever the project lies.
std::string project_file(std::string_view name) { return std::string(ACTS_PROJECT_DIR "/").append(name); }

std::string testdata(std::string_view name) { return project_file("testdata/").append(name); }

}  // namespace acts::test
