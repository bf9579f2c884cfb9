#include "support/testdata.hpp"

namespace acts::test {

std::string project_file(std::string_view name) { return std::string(ACTS_PROJECT_DIR "/").append(name); }

std::string testdata(std::string_view name) { return project_file("testdata/").append(name); }

}  // namespace acts::test
