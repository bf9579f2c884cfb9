// Where the project's files are.
#pragma once

#include <string>
#include <string_view>

namespace acts::test {

// "<project>/<name>"
std::string project_file(std::string_view name);
// "<project>/testdata/<name>"
std::string testdata(std::string_view name);

}  // namespace acts::test
