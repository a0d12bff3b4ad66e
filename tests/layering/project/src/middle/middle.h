#pragma once

int middle();
