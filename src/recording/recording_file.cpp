#include "recording/recording_file.hpp"

#include <unistd.h>

namespace acts {

RecordingInput recording_file(const std::string& path) {
  RecordingInput input{path, [path] { return open_file(path); }, {}, {}};
  if (path == "-") return input;
  input.index_name = index_path_for(path);
  // No index is usual; one that is there and cannot be opened is an error that next() tells.
  if (::access(input.index_name.c_str(), F_OK) == 0)
    input.index = [name = input.index_name] { return open_file(name); };
  return input;
}

}  // namespace acts
