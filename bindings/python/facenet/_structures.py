"""The structures and callbacks of the C headers as ctypes lays them out; names and order are their own."""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_uint8,
    c_void_p,
)


class CImage(ctypes.Structure):
    _fields_ = [
        ("pixels", c_void_p),
        ("width", c_uint32),
        ("height", c_uint32),
        ("stride", c_uint32),
        ("format", c_int32),
    ]


class CPoint(ctypes.Structure):
    _fields_ = [("x", c_float), ("y", c_float)]


class CFace(ctypes.Structure):
    _fields_ = [
        ("left", c_float),
        ("top", c_float),
        ("right", c_float),
        ("bottom", c_float),
        ("score", c_float),
        ("landmarks", CPoint * 5),
    ]


class CVerification(ctypes.Structure):
    _fields_ = [("distance", c_float), ("threshold", c_float), ("same", c_int32), ("a", CFace), ("b", CFace)]


class CTensor(ctypes.Structure):
    _fields_ = [("values", c_void_p), ("shape", POINTER(c_size_t)), ("rank", c_uint32), ("type", c_int32)]


class CDetectorOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threads", c_uint32),
        ("minimum_size", c_uint32),
        ("minimum_score", c_float),
        ("overlap", c_float),
    ]


class CEmbedderOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("threads", c_uint32), ("threshold", c_float)]


class CSessionOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("threads", c_uint32), ("memory_limit", c_uint64)]


class CIndexOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("threads", c_uint32),
        ("recall", c_float),
        ("seed", c_uint32),
        ("pivots", c_uint32),
        ("examined", c_uint32),
        ("partitions", c_uint32),
        ("probed", c_uint32),
        ("choice", c_int32),
        ("likelihood", c_int32),
        ("acceptance", c_float),
    ]


class CSearchStatistics(ctypes.Structure):
    _fields_ = [("examined", c_uint64), ("judged", c_uint64)]


class CGalleryOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("encoding", c_int32),
        ("wait", c_float),
        ("index", c_int32),
        ("recall", c_float),
        ("threads", c_uint32),
    ]


class CPerson(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("created", c_double),
        ("templates", c_uint64),
        ("name", c_char * 1024),
        ("key", c_char * 1024),
    ]


class CIdentificationOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("false_positive_rate", c_float),
        ("false_accept_rate", c_float),
        ("distance", c_float),
        ("margin", c_float),
        ("people", c_uint32),
        ("templates", c_uint32),
    ]


class CIdentification(ctypes.Structure):
    _fields_ = [
        ("person", c_int64),
        ("distance", c_float),
        ("threshold", c_float),
        ("verdict", c_int32),
        ("count", c_uint32),
        ("extrapolated", c_int32),
        ("reason", c_char * 1020),
    ]


class CIdentificationThreshold(ctypes.Structure):
    _fields_ = [
        ("distance", c_float),
        ("false_accept_rate", c_float),
        ("false_positive_rate", c_float),
        ("extrapolated", c_int32),
    ]


class CTemplate(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("time", c_double),
        ("quality", c_float),
        ("thumbnail", c_int32),
        ("has_face", c_int32),
        ("face", CFace),
        ("digest", c_uint8 * 32),
        ("photo", c_char * 4096),
    ]


class CQuality(ctypes.Structure):
    _fields_ = [
        ("value", c_float),
        ("size", c_float),
        ("sharpness", c_float),
        ("pose", c_float),
        ("confidence", c_float),
        ("yaw", c_float),
        ("pitch", c_float),
        ("roll", c_float),
    ]


class CCandidate(ctypes.Structure):
    _fields_ = [("person", c_int64), ("nearest", c_int64), ("distance", c_float), ("templates", c_uint32)]


class CGallerySizes(ctypes.Structure):
    _fields_ = [
        ("people", c_uint64),
        ("templates", c_uint64),
        ("people_without_templates", c_uint64),
        ("bytes", c_uint64),
        ("unused_bytes", c_uint64),
    ]


class CComponent(ctypes.Structure):
    _fields_ = [
        ("kind", c_char_p),
        ("name", c_char_p),
        ("plugin", c_char_p),
        ("version", c_char_p),
        ("licence", c_char_p),
        ("file", c_char_p),
    ]


CProgress = CFUNCTYPE(c_int32, c_void_p, c_double)
CLog = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
CFault = CFUNCTYPE(None, c_void_p, c_char_p)


class CPluginDescription(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("abi", c_uint32),
        ("name", c_char_p),
        ("version", c_char_p),
        ("licence", c_char_p),
    ]


class CMeasuredThreshold(ctypes.Structure):
    _fields_ = [("false_accept_rate", c_float), ("distance", c_float)]


class CEmbedderDescription(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dimension", c_uint32),
        ("side", c_uint32),
        ("threshold", c_float),
        ("landmarks", CPoint * 5),
        ("threshold_count", c_uint32),
        ("thresholds", CMeasuredThreshold * 16),
        ("identity", c_char * 128),
    ]


CDetect = CFUNCTYPE(c_int32, c_void_p, POINTER(CImage), POINTER(CFace), c_size_t, POINTER(c_size_t))
CDescribe = CFUNCTYPE(c_int32, c_void_p, POINTER(CEmbedderDescription))
CEmbed = CFUNCTYPE(c_int32, c_void_p, POINTER(CImage), c_size_t, POINTER(c_float))


class CDetectorMethods(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("open", c_void_p),
        ("detect", CDetect),
        ("close", c_void_p),
    ]


class CEmbedderMethods(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("open", c_void_p),
        ("describe", CDescribe),
        ("embed", CEmbed),
        ("close", c_void_p),
    ]


class CHost(ctypes.Structure):
    """As far as it is used."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("abi", c_uint32),
        ("version", c_uint32),
        ("flags", c_uint32),
        ("describe", CFUNCTYPE(c_int32, c_void_p, POINTER(CPluginDescription))),
        ("add_detector", CFUNCTYPE(c_int32, c_void_p, c_char_p, POINTER(CDetectorMethods), c_void_p)),
        ("add_embedder", CFUNCTYPE(c_int32, c_void_p, c_char_p, POINTER(CEmbedderMethods), c_void_p)),
        ("add_index", c_void_p),
        ("add_decoder", c_void_p),
        ("add_store", c_void_p),
        ("add_operator", c_void_p),
        ("fail", CFUNCTYPE(c_int32, c_int32, c_char_p)),
    ]


CEntry = CFUNCTYPE(c_int32, POINTER(CHost), c_void_p)
